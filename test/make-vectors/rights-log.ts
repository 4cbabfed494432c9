import { type Change, formatState, networkOf, replay, stateDigest } from '@besure/governance';
import { encodeHex } from '@besure/protocol';
import { Board } from '../../libs/governance/test/board-at-work.ts';
import { address, charterOf, hubKeys, primitives } from '../../libs/governance/test/board.ts';
import type { ExpectedError, Vector } from './vector.ts';

/** The network that the first entry founds, or the usual one. */
function networkIn([first]: readonly Uint8Array[]): string {
  const { state } = replay(null, first === undefined ? [] : [first], primitives);
  return state?.network ?? networkOf(charterOf(), primitives.sha256);
}

/** A log of rights, what each entry did, and the state that it came to. */
export function validLog(
  name: string,
  comment: string,
  entries: readonly Uint8Array[],
  network = networkIn(entries),
): Vector {
  const { state, outcomes } = replay(null, entries, primitives, network);
  if (state === null) throw new Error(`${name} has no charter`);
  return {
    format: 'rights',
    kind: 'valid',
    name,
    content: {
      comment,
      network,
      entries: entries.map(encodeHex),
      outcomes: outcomes.map((outcome) => ('did' in outcome ? outcome : { refused: outcome.refused })),
      state: formatState(state),
      digest: stateDigest(state, primitives.sha256),
    },
  };
}

/** The log of a board at work. */
export function played(
  name: string,
  comment: string,
  play: (board: Board) => void,
  board = new Board(),
): Vector {
  play(board);
  return validLog(name, comment, board.entries);
}

/** A log whose last entry is refused, or is none. */
export function invalidLog(
  name: string,
  comment: string,
  error: ExpectedError,
  entries: readonly Uint8Array[],
  network = networkIn(entries),
): Vector {
  return {
    format: 'rights',
    kind: 'invalid',
    name,
    content: { comment, network, entries: entries.map(encodeHex), error },
  };
}

/** The change that admits a hub. */
export function hub(
  id: string,
  provider: string,
  operator = `Operator of ${id}`,
): Extract<Change, { kind: 'admit-hub' }> {
  return {
    kind: 'admit-hub',
    hub: id,
    name: `${id}.example`,
    operator,
    provider,
    nodeAddress: address(`${id} node`),
    ...hubKeys(id),
  };
}

/** What somebody does, and whose last entry is refused. */
export function refused(
  name: string,
  comment: string,
  error: ExpectedError,
  play: (board: Board) => void,
  board = new Board(),
): Vector {
  play(board);
  return invalidLog(name, comment, error, board.entries);
}
