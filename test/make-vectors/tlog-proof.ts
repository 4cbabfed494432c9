import {
  encodeBase64,
  encodeHex,
  formatCheckpoint,
  formatTlogProof,
  NO_TIME,
  signCheckpoint,
} from '@besure/protocol';
import { CompactRange, inclusionProof, leafHash } from '@besure/protocol';
import { createHash } from 'node:crypto';
import { testBytes } from '../../libs/protocol/test/material.ts';
import { noteSigner } from '../../libs/verification/src/contract/keys.ts';
import { ORIGIN } from './checkpoint.ts';
import type { Vector } from './vector.ts';

function sha256(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}

const log = noteSigner('ed25519-log', ORIGIN, 'hub');
const INDEX = 6;
const SIZE = 11;

interface Parts {
  readonly index: number;
  readonly proof: readonly Uint8Array[];
  readonly checkpoint: string;
  readonly entry: Uint8Array;
}

function partsOf(index: number, size: number): Parts {
  const nodes = new Map<string, Uint8Array>();
  const range = new CompactRange(sha256);
  for (let i = 0; i < size; i++) {
    const leaf = leafHash(testBytes(`entry ${i}`, 76), sha256);
    for (const node of range.append(leaf)) nodes.set(`${node.level}/${node.index}`, node.hash);
  }
  const read = (ids: readonly { level: number; index: number }[]): Uint8Array[] =>
    ids.map((id) => nodes.get(`${id.level}/${id.index}`)!);
  const body = { origin: ORIGIN, size, root: range.root() };
  return {
    index,
    proof: inclusionProof(index, size, read, sha256),
    checkpoint: formatCheckpoint(body, [signCheckpoint(log.key, body, NO_TIME, log.sign)]),
    entry: testBytes(`entry ${index}`, 76),
  };
}

function valid(
  name: string,
  comment: string,
  { entry, ...parts }: Parts,
  extra: Uint8Array | null = null,
): Vector {
  const text = formatTlogProof({ ...parts, extra });
  const content = {
    comment,
    text,
    entry: encodeHex(entry),
    index: parts.index,
    extra: extra === null ? null : encodeHex(extra),
  };
  return { format: 'tlog-proof', kind: 'valid', name, content };
}

const GOOD = partsOf(INDEX, SIZE);
const TEXT = formatTlogProof(GOOD);

function invalid(name: string, comment: string, found: string, other: string, code = 'tlog-proof'): Vector {
  const text = TEXT.replace(found, other);
  if (text === TEXT) throw new Error(`${name} changes nothing`);
  const content = { comment, text, entry: encodeHex(GOOD.entry), error: { code } };
  return { format: 'tlog-proof', kind: 'invalid', name, content };
}

/** Proofs that an entry stands in a log (C2SP tlog-proof). */
export function tlogProofs(): Vector[] {
  const first = encodeBase64(GOOD.proof[0]!);
  return [
    valid('entry', 'An entry in the middle of a log.', GOOD),
    valid('alone', 'The only entry of a log: no hashes.', partsOf(0, 1)),
    valid('last', 'The last entry.', partsOf(10, 11)),
    valid('extra', 'With an extra line, which evidence may not have.', GOOD, Uint8Array.of(1, 2, 3)),

    invalid('other-version', 'Another version.', '@v1', '@v2'),
    invalid('no-index', 'No index line.', `index ${INDEX}\n`, ''),
    invalid('index-with-zero', 'A leading zero.', `index ${INDEX}`, `index 0${INDEX}`),
    invalid('index-negative', 'A sign.', `index ${INDEX}`, `index -${INDEX}`),
    invalid('index-too-large', 'An index above 2^53.', `index ${INDEX}`, 'index 9007199254740992'),
    invalid(
      'extra-after-index',
      'The extra line in the wrong place.',
      `index ${INDEX}\n`,
      `index ${INDEX}\nextra AAAA\n`,
    ),
    invalid('extra-twice', 'Two extra lines.', 'index', 'extra AAAA\nextra AAAA\nindex'),
    invalid('extra-empty', 'An extra line with nothing in it.', 'index', 'extra \nindex'),
    invalid('short-hash', 'A hash of 31 bytes.', first, encodeBase64(GOOD.proof[0]!.slice(1))),
    invalid('hash-without-padding', 'base64 without padding.', first, first.replace('=', '')),
    invalid('carriage-return', 'Lines end as on other systems.', '@v1\n', '@v1\r\n'),
    invalid('no-checkpoint', 'No empty line before the checkpoint.', '\n\n', '\n'),
    invalid('other-index', 'The proof of another place.', `index ${INDEX}`, 'index 7', 'inclusion'),
    invalid(
      'index-outside',
      'A place that the log does not have.',
      `index ${INDEX}`,
      `index ${SIZE}`,
      'inclusion',
    ),
    invalid('hash-missing', 'One hash is missing.', `${first}\n`, '', 'inclusion'),
    invalid(
      'bad-checkpoint',
      'A checkpoint with a leading zero in its size.',
      `\n${SIZE}\n`,
      `\n0${SIZE}\n`,
      'checkpoint',
    ),
  ];
}
