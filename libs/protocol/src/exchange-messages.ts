import { CLAIM_NAMES } from './claims.js';
import { MAX_COUNTERSIGNATURE_LENGTH } from './countersignature.js';
import { decodeBase64 } from './bytes.js';
import { MAX_DISCLOSURE_LENGTH } from './disclosure.js';
import { MEMBER_ID } from './rules.js';
import {
  fault,
  readCount,
  readHash,
  readList,
  readMembers,
  readNullable,
  readRule,
  readText,
} from './shape.js';
import { MAX_STATEMENT_LENGTH } from './statement.js';

// Requests of an organisation to the exchange, and their answers. Both sides distrust each other: everything is read
// strictly and bounded; what is inside the JWS is for statement.ts to judge.

/** Most statements in one request, most copies in one answer. */
export const MAX_GROUP = 100;

/** A statement with all its openings, for the exchange's eyes. */
export interface StatementToCountersign {
  readonly jws: string;
  readonly disclosures: readonly string[];
}

/**
 * What the exchange answers about one statement. A dispute does not say what differs: that would let an organisation
 * search for the exchange's record by trying.
 */
export type CountersignVerdict =
  | { readonly verdict: 'countersigned'; readonly countersignature: string }
  | { readonly verdict: 'waiting' }
  | { readonly verdict: 'disputed' }
  | { readonly verdict: 'refused'; readonly code: string };

/** Asks for everything after a cursor, and acknowledges everything up to it. */
export interface CopiesRequest {
  readonly after: number;
  readonly limit: number;
}

/** A statement that the exchange countersigned and recorded. */
export interface StatementCopy {
  readonly cursor: number;
  readonly jws: string;
  readonly countersignature: string;
  readonly recording: {
    readonly by: string;
    readonly slot: number;
    /** Height of the block that holds the item, and the item's place in the ledger log. */
    readonly height: number;
    readonly leafIndex: number;
    /** The statement's place in the slot's tree. */
    readonly index: number;
    readonly path: readonly Uint8Array[];
  };
  /** All ten for the counterpart, null for the issuer. */
  readonly disclosures: readonly string[] | null;
}

/** Copies in the order of their cursors; `last` is the largest cursor there is. */
export interface CopiesAnswer {
  readonly copies: readonly StatementCopy[];
  readonly last: number;
}

/** Reads a request on `SUBJECTS.countersign`. */
export function parseCountersignRequest(value: unknown): StatementToCountersign[] {
  const { statements } = readMembers(value, 'request', ['statements']);
  return readList(statements, 'statements', MAX_GROUP, (statement, field) => {
    const { jws, disclosures } = readMembers(statement, field, ['jws', 'disclosures']);
    return {
      jws: readText(jws, `${field}.jws`, MAX_STATEMENT_LENGTH),
      disclosures: allDisclosures(disclosures, `${field}.disclosures`),
    };
  });
}

/** Reads the answer to a request about `count` statements: a verdict each, in the same order. */
export function parseCountersignAnswer(value: unknown, count: number): CountersignVerdict[] {
  const { verdicts } = readMembers(value, 'answer', ['verdicts'], ['ok']);
  const read = readList(verdicts, 'verdicts', MAX_GROUP, verdict);
  if (read.length !== count) throw fault('verdicts', 'must be as many as statements were asked about');
  return read;
}

/** Reads a request on `SUBJECTS.copies`; a larger limit than {@link MAX_GROUP} means that one. */
export function parseCopiesRequest(value: unknown): CopiesRequest {
  const { after, limit } = readMembers(value, 'request', ['after', 'limit']);
  return { after: readCount(after, 'after'), limit: Math.min(readCount(limit, 'limit'), MAX_GROUP) };
}

/** Reads the answer to it. */
export function parseCopiesAnswer(value: unknown): CopiesAnswer {
  const { copies, last } = readMembers(value, 'answer', ['copies', 'last'], ['ok']);
  return { copies: readList(copies, 'copies', MAX_GROUP, copy), last: readCount(last, 'last') };
}

function verdict(value: unknown, field: string): CountersignVerdict {
  const kind = (value as { readonly verdict?: unknown } | null)?.verdict;
  switch (kind) {
    case 'countersigned': {
      const { countersignature } = readMembers(value, field, ['verdict', 'countersignature']);
      return {
        verdict: kind,
        countersignature: readText(
          countersignature,
          `${field}.countersignature`,
          MAX_COUNTERSIGNATURE_LENGTH,
        ),
      };
    }
    case 'waiting':
    case 'disputed':
      readMembers(value, field, ['verdict']);
      return { verdict: kind };
    case 'refused':
      return {
        verdict: kind,
        code: readText(readMembers(value, field, ['verdict', 'code'])['code'], `${field}.code`, 64),
      };
    default:
      throw fault(`${field}.verdict`, 'must be countersigned, waiting, disputed or refused');
  }
}

function copy(value: unknown, field: string): StatementCopy {
  const { cursor, jws, countersignature, recording, disclosures } = readMembers(value, field, [
    'cursor',
    'jws',
    'countersignature',
    'recording',
    'disclosures',
  ]);
  const at = `${field}.recording`;
  const { by, slot, height, leafIndex, index, path } = readMembers(recording, at, [
    'by',
    'slot',
    'height',
    'leafIndex',
    'index',
    'path',
  ]);
  return {
    cursor: readCount(cursor, `${field}.cursor`),
    jws: readText(jws, `${field}.jws`, MAX_STATEMENT_LENGTH),
    countersignature: readText(countersignature, `${field}.countersignature`, MAX_COUNTERSIGNATURE_LENGTH),
    recording: {
      by: readRule(by, `${at}.by`, MEMBER_ID),
      slot: readCount(slot, `${at}.slot`),
      height: readCount(height, `${at}.height`),
      leafIndex: readCount(leafIndex, `${at}.leafIndex`),
      index: readCount(index, `${at}.index`),
      path: readList(path, `${at}.path`, 20, (hash, where) => readHash(hash, where, decodeBase64)),
    },
    disclosures: readNullable(disclosures, `${field}.disclosures`, allDisclosures),
  };
}

function allDisclosures(value: unknown, field: string): string[] {
  const disclosures = readList(value, field, CLAIM_NAMES.length, (text, at) =>
    readText(text, at, MAX_DISCLOSURE_LENGTH),
  );
  if (disclosures.length !== CLAIM_NAMES.length) throw fault(field, 'must be all ten');
  return disclosures;
}
