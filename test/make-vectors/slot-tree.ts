import { buildSlotTree, encodeHex, statementLeaf } from '@besure/protocol';
import { createHash } from 'node:crypto';
import { testBytes, testRandom } from '../../libs/protocol/test/material.ts';
import type { ExpectedError, Vector } from './vector.ts';

function sha256(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}

interface Place {
  readonly jws: string;
  readonly countersignature: string | null;
  readonly leaf: string;
  readonly index: number;
  readonly path: readonly string[];
  readonly root: string;
}

/** A statement's place in a tree with `count` leaves, itself the first of them. */
function place(count: number, countersignature: string | null): Place {
  const jws = 'statement.in.slot';
  const leaf = statementLeaf(jws, countersignature, sha256);
  const others = Array.from({ length: count - 1 }, (_, i) => testBytes(`leaf ${i}`, 32));
  const tree = buildSlotTree([leaf, ...others], testRandom(`slot of ${count}`), sha256);
  const [own] = tree.leaves;
  return {
    jws,
    countersignature,
    leaf: encodeHex(leaf),
    index: own!.index,
    path: own!.path.map(encodeHex),
    root: encodeHex(tree.root),
  };
}

function vector(kind: Vector['kind'], name: string, comment: string, content: object): Vector {
  return { format: 'slot-tree', kind, name, content: { comment, ...content } };
}

/** Places in slot trees: the path leads from what is recorded to `root`, or it does not. */
export function slotTrees(): Vector[] {
  const right = place(3, 'counter.signature.jws');
  const { leaf, ...good } = right;
  const path: ExpectedError = { code: 'slot-path' };
  const flipped = `${good.path[4]!.slice(0, -1)}${good.path[4]!.endsWith('0') ? '1' : '0'}`;
  return [
    vector('valid', 'alone', 'The only statement of its slot.', place(1, null)),
    vector('valid', 'countersigned', 'One of three; its countersignature is under the leaf.', right),
    vector('valid', 'full', '1024 statements: the tree of height 10 is full.', place(1024, null)),
    vector('valid', 'height-15', '1025 statements: the next height of the ladder.', place(1025, null)),
    vector('invalid', 'height-11', 'A path of a length that is not on the ladder.', {
      ...good,
      path: [...good.path, good.path[0]],
      error: path,
    }),
    vector('invalid', 'height-0', 'No path at all.', {
      ...good,
      index: 0,
      path: [],
      root: leaf,
      error: path,
    }),
    vector('invalid', 'index-outside', 'An index beyond the tree that leads along the same way.', {
      ...good,
      index: good.index + 1024,
      error: path,
    }),
    vector('invalid', 'index-negative', 'An index below zero.', {
      ...good,
      index: good.index - 1024,
      error: path,
    }),
    vector('invalid', 'index-fraction', 'An index between two.', {
      ...good,
      index: good.index + 0.5,
      error: path,
    }),
    vector('invalid', 'short-hash', 'A sibling of 31 bytes.', {
      ...good,
      path: [good.path[0]!.slice(2), ...good.path.slice(1)],
      error: path,
    }),
    vector('invalid', 'index-other', 'The index of the neighbour.', {
      ...good,
      index: good.index ^ 1,
      error: path,
    }),
    vector('invalid', 'path-bit', 'A changed bit in the path.', {
      ...good,
      path: good.path.map((hash, i) => (i === 4 ? flipped : hash)),
      error: path,
    }),
    vector('invalid', 'path-order', 'Two siblings exchanged.', {
      ...good,
      path: [good.path[1], good.path[0], ...good.path.slice(2)],
      error: path,
    }),
    vector(
      'invalid',
      'countersignature-left-out',
      'The statement without its countersignature is another leaf.',
      {
        ...good,
        countersignature: null,
        error: path,
      },
    ),
    vector(
      'invalid',
      'boundary-moved',
      'The same characters, cut elsewhere between statement and countersignature.',
      {
        ...good,
        jws: `${good.jws}c`,
        countersignature: 'ounter.signature.jws',
        error: path,
      },
    ),
  ];
}
