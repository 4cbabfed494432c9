import {
  CompactRange,
  consistencyProof,
  decodeHex,
  encodeHex,
  inclusionProof,
  leafHash,
  type NodeId,
} from '@besure/protocol';
import { createHash } from 'node:crypto';
import type { ExpectedError, Vector } from './vector.ts';

function sha256(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}

/** The entries that implementations of RFC 6962 are commonly tried on, and then some. */
const KNOWN = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const ENTRIES = [...KNOWN, ...Array.from({ length: 12 }, (_, i) => encodeHex(Uint8Array.of(0x70, i)))].map(
  decodeHex,
);

const nodes = new Map<string, Uint8Array>();
const roots: string[] = [];
const range = new CompactRange(sha256);
roots.push(encodeHex(range.root()));
for (const entry of ENTRIES) {
  for (const { level, index, hash } of range.append(leafHash(entry, sha256)))
    nodes.set(`${level}/${index}`, hash);
  roots.push(encodeHex(range.root()));
}
const read = (ids: readonly NodeId[]): Uint8Array[] =>
  ids.map(({ level, index }) => nodes.get(`${level}/${index}`)!);

function root(size: number): object {
  return { operation: 'root', entries: ENTRIES.slice(0, size).map(encodeHex), root: roots[size] };
}

function inclusion(index: number, size: number) {
  return {
    operation: 'inclusion',
    entry: encodeHex(ENTRIES[index]!),
    index,
    size,
    proof: inclusionProof(index, size, read, sha256).map(encodeHex),
    root: roots[size],
  };
}

function consistency(older: number, newer: number) {
  return {
    operation: 'consistency',
    older: { size: older, root: roots[older] },
    newer: { size: newer, root: roots[newer] },
    proof: consistencyProof(older, newer, read, sha256).map(encodeHex),
  };
}

function valid(name: string, comment: string, content: object): Vector {
  return { format: 'merkle', kind: 'valid', name, content: { comment, ...content } };
}

function invalid(name: string, comment: string, error: ExpectedError, content: object): Vector {
  return { format: 'merkle', kind: 'invalid', name, content: { comment, ...content, error } };
}

/** Roots, inclusion proofs and consistency proofs of RFC 9162 (the same as RFC 6962). */
export function merkleTrees(): Vector[] {
  const notIncluded = { code: 'inclusion' };
  const notConsistent = { code: 'consistency' };
  const place = inclusion(5, 8);
  const edge = inclusion(18, 20);
  const growth = consistency(6, 8);
  const other = roots[1]!;
  return [
    ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 20].map((size) =>
      valid(`root-${size}`, `The root over ${size} entries.`, root(size)),
    ),
    valid('inclusion-alone', 'The only entry: no proof is needed.', inclusion(0, 1)),
    valid('inclusion-first', 'The first entry of a full tree.', inclusion(0, 8)),
    valid('inclusion-middle', 'An entry of a full tree.', place),
    valid('inclusion-right-edge', 'An entry at the right edge of a tree that is not full.', edge),
    valid(
      'inclusion-last',
      'The last entry of a tree that is not full: its proof is short.',
      inclusion(6, 7),
    ),
    valid('consistency-same', 'From a size to itself.', consistency(5, 5)),
    valid('consistency-from-nothing', 'From the empty tree.', consistency(0, 5)),
    valid(
      'consistency-from-full',
      'From a full tree: its root is not repeated in the proof.',
      consistency(4, 7),
    ),
    valid('consistency', 'From one tree that is not full to another.', consistency(6, 7)),
    valid('consistency-to-full', 'From a tree that is not full to one that is.', growth),
    valid('consistency-far', 'Over several levels.', consistency(3, 20)),

    invalid('inclusion-other-index', 'The proof of another place.', notIncluded, { ...place, index: 4 }),
    invalid('inclusion-other-entry', 'The proof of another entry.', notIncluded, { ...place, entry: 'ff' }),
    invalid('inclusion-other-hash', 'One hash is another.', notIncluded, {
      ...place,
      proof: [other, ...place.proof.slice(1)],
    }),
    invalid('inclusion-hashes-swapped', 'Two hashes in the wrong order.', notIncluded, {
      ...place,
      proof: place.proof.toReversed(),
    }),
    invalid('inclusion-too-short', 'One hash is missing.', notIncluded, {
      ...place,
      proof: place.proof.slice(1),
    }),
    invalid('inclusion-too-long', 'One hash too many.', notIncluded, {
      ...place,
      proof: [...place.proof, other],
    }),
    invalid('inclusion-outside', 'An index that the tree does not have.', notIncluded, {
      ...place,
      index: 8,
    }),
    invalid('inclusion-short-hash', 'A hash of 31 bytes.', notIncluded, {
      ...place,
      proof: place.proof.map((hash) => hash.slice(2)),
    }),
    invalid('inclusion-larger-size', 'The proof of a smaller tree.', notIncluded, { ...place, size: 9 }),
    invalid('consistency-other-older', 'Another older root.', notConsistent, {
      ...growth,
      older: { size: 6, root: other },
    }),
    invalid('consistency-other-newer', 'Another newer root.', notConsistent, {
      ...growth,
      newer: { size: 8, root: other },
    }),
    invalid('consistency-two-roots', 'Two roots for one size.', notConsistent, {
      ...consistency(5, 5),
      newer: { size: 5, root: other },
    }),
    invalid('consistency-backwards', 'A log that became smaller.', notConsistent, {
      ...growth,
      older: growth.newer,
      newer: growth.older,
    }),
    invalid('consistency-too-short', 'One hash is missing.', notConsistent, {
      ...growth,
      proof: growth.proof.slice(1),
    }),
    invalid('consistency-too-long', 'One hash too many.', notConsistent, {
      ...growth,
      proof: [...growth.proof, other],
    }),
    invalid('consistency-proof-not-due', 'A proof where none is due.', notConsistent, {
      ...consistency(0, 5),
      proof: [other],
    }),
    invalid('consistency-empty-root', 'Another root for the empty tree.', notConsistent, {
      ...consistency(0, 5),
      older: { size: 0, root: other },
    }),
    invalid('consistency-other-hash', 'One hash is another.', notConsistent, {
      ...growth,
      proof: [other, ...growth.proof.slice(1)],
    }),
  ];
}
