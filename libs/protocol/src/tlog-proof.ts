import { decodeBase64, encodeBase64 } from './bytes.js';
import { parseDecimal } from './decimal.js';
import { ProtocolError } from './error.js';

// Transparency log proofs: https://c2sp.org/tlog-proof

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';
/** A tree below 2^53 leaves has no longer inclusion proof. */
const MAX_HASHES = 53;

/** That an entry stands in a log: its place, the way up, and a checkpoint that others signed. */
export interface TlogProof {
  readonly index: number;
  /** From the leaf's sibling up to a child of the root, 32 bytes each. */
  readonly proof: readonly Uint8Array[];
  /** The checkpoint note, verbatim; not parsed here. */
  readonly checkpoint: string;
  /** Opaque data that nothing authenticates; `null` where there is none, as always in evidence. */
  readonly extra: Uint8Array | null;
}

/** The text of a proof. Throws `tlog-proof`. */
export function formatTlogProof(
  proof: Omit<TlogProof, 'extra'> & { readonly extra?: Uint8Array | null },
): string {
  const extra = proof.extra ?? null;
  const text = [
    FIRST_LINE,
    ...(extra === null ? [] : [`extra ${encodeBase64(extra)}`]),
    `index ${proof.index}`,
    ...proof.proof.map(encodeBase64),
    '',
    proof.checkpoint,
  ].join('\n');
  parseTlogProof(text);
  return text;
}

/** Parses the text of a proof. Throws `tlog-proof`. */
export function parseTlogProof(text: string): TlogProof {
  const gap = text.indexOf('\n\n');
  if (gap < 0) throw refusal('the proof has no empty line before its checkpoint');
  const [first, ...lines] = text.slice(0, gap).split('\n');
  if (first !== FIRST_LINE) throw refusal('the first line is not that of a log proof');
  const extraLine = lines[0]?.startsWith('extra ') === true ? lines.shift() : undefined;
  const indexLine = lines.shift();
  if (indexLine?.startsWith('index ') !== true) throw refusal('the proof has no index line');
  if (lines.length > MAX_HASHES) throw refusal('the inclusion proof is too long');
  return {
    index: parseDecimal(indexLine.slice(6), 'tlog-proof', 'the index'),
    proof: lines.map(parseHash),
    checkpoint: text.slice(gap + 2),
    extra: extraLine === undefined ? null : parseExtra(extraLine.slice(6)),
  };
}

function parseHash(line: string): Uint8Array {
  const hash = decode(line);
  if (hash.length !== 32) throw refusal('a hash of the inclusion proof has not 32 bytes');
  return hash;
}

function parseExtra(encoded: string): Uint8Array {
  if (encoded === '') throw refusal('the extra line is empty');
  return decode(encoded);
}

function decode(text: string): Uint8Array {
  try {
    return decodeBase64(text);
  } catch (cause) {
    throw new ProtocolError('tlog-proof', 'a line of the proof is not base64', { cause });
  }
}

function refusal(message: string): ProtocolError {
  return new ProtocolError('tlog-proof', message);
}
