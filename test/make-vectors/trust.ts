import { formatTrust, trustFingerprint, trustOf } from '@besure/governance';
import { encodeHex } from '@besure/protocol';
import { createHash } from 'node:crypto';
import { testBytes } from '../../libs/protocol/test/material.ts';
import { CHARTER } from './charter-material.ts';
import type { ExpectedError, Vector } from './vector.ts';

/** The same value, laid out as people do: what is short on one line. */
function laidOut(value: unknown, indent = ''): string {
  const short = JSON.stringify(value);
  if (short.length <= 160 || typeof value !== 'object' || value === null)
    return short.replaceAll(
      /("(?:[^"\\]|\\.)*")|([:,])/g,
      (_, text?: string, mark = '') => text ?? `${mark} `,
    );
  const deeper = `${indent}  `;
  const members = Array.isArray(value)
    ? value.map((one) => `${deeper}${laidOut(one, deeper)}`)
    : Object.entries(value).map(([name, one]) => `${deeper}"${name}": ${laidOut(one, deeper)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${members.join(',\n')}\n${indent}${close}`;
}

/** Trust files, right ones and wrong ones. */
export function trusts(): Vector[] {
  const trust = trustOf(CHARTER);
  const good = formatTrust(trust);
  const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();
  const fingerprint = encodeHex(trustFingerprint(trust, sha256));
  const vector = (kind: Vector['kind'], name: string, comment: string, content: object): Vector => ({
    format: 'trust',
    kind,
    name,
    content: { comment, ...content },
  });
  const wrongTrust = (name: string, comment: string, error: ExpectedError, text: string) =>
    vector('invalid', name, comment, { text, error });
  return [
    vector('valid', 'trust', 'A charter and the first block of its ledger.', {
      text: good,
      canonical: good,
      fingerprint,
    }),
    vector('valid', 'laid-out', 'The same as people would lay it out: the same fingerprint.', {
      text: `${laidOut(trust)}\n`,
      canonical: good,
      fingerprint,
    }),
    vector('valid', 'compact', 'The same without white space: the same fingerprint.', {
      text: JSON.stringify(trust),
      canonical: good,
      fingerprint,
    }),
    wrongTrust('not-json', 'No JSON.', { code: 'json' }, ''),
    wrongTrust(
      'member-twice',
      'A member twice.',
      { code: 'json' },
      good.replace('"genesis"', '"genesis": "",\n  "genesis"'),
    ),
    wrongTrust(
      'format',
      'Another version.',
      { code: 'field', field: 'format' },
      good.replace('trust-v0', 'trust-v1'),
    ),
    wrongTrust(
      'member-unknown',
      'An unknown member.',
      { code: 'field', field: 'note' },
      JSON.stringify({ ...trust, note: 1 }),
    ),
    wrongTrust(
      'charter-missing',
      'No charter.',
      { code: 'field', field: 'charter' },
      JSON.stringify({ ...trust, charter: undefined }),
    ),
    wrongTrust(
      'charter-wrong',
      'A charter that is wrong.',
      { code: 'field', field: 'charter.network' },
      JSON.stringify({ ...trust, charter: { ...CHARTER, network: 'Test' } }),
    ),
    wrongTrust(
      'charter-contradiction',
      'A charter that contradicts itself.',
      { code: 'rule', field: 'organisations' },
      JSON.stringify({ ...trust, charter: { ...CHARTER, organisations: CHARTER.organisations.slice(0, 1) } }),
    ),
    wrongTrust(
      'genesis',
      'The first block of another ledger.',
      { code: 'genesis', field: 'genesis' },
      JSON.stringify({ ...trust, genesis: encodeHex(testBytes('another', 32)) }),
    ),
  ];
}
