import type { Claims, Facts } from '@besure/protocol';
import { claimsOf, encodeBase64url } from '@besure/protocol';
import { testBytes } from '../../libs/protocol/test/material.ts';

/** One file under `vectors/<format>/<valid|invalid>/<name>.json`: one case, and in an invalid one a single fault. */
export interface Vector {
  readonly format: string;
  readonly kind: 'valid' | 'invalid';
  readonly name: string;
  readonly content: { readonly comment: string } & Readonly<Record<string, unknown>>;
}

/** The error that an invalid vector must give. */
export interface ExpectedError {
  readonly code: string;
  readonly field?: string;
}

/** The text of a vector's file. */
export function vectorText(vector: Vector): string {
  return `${JSON.stringify(vector.content, null, 2)}\n`;
}

/** The facts that most vectors are about. */
export const FACTS: Facts = {
  event: 'sent',
  reason: null,
  time: '2026-11-22T09:53:30.123Z',
  message: 'urn:uuid:0e9c2c6e-3d2f-4c2c-9a64-2f1ef2f1f7d5',
  sender: { scheme: 'cbe', id: '0123456789', organisation: 'alpha' },
  recipient: { scheme: 'test-person', id: 'person-42', organisation: 'beta' },
  document: {
    mediaType: 'application/pdf',
    size: 48_213,
    sha256: encodeBase64url(testBytes('document sha256', 32)),
    sha3_512: encodeBase64url(testBytes('document sha3-512', 64)),
  },
  corrects: null,
};

/** The same as claims. */
export const CLAIMS: Claims = claimsOf(FACTS);

/** Start of the slot of most vectors. */
export const IAT = 1_795_341_210;

/** A statement with one fault; `shown` are the disclosures beside it. */
export type Fault = readonly [
  name: string,
  comment: string,
  error: ExpectedError,
  jws: string,
  shown?: readonly string[],
];
