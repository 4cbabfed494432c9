import {
  type Change,
  type Charter,
  isStanding,
  type LedgerKey,
  type Organisation,
  organisation as memberOf,
  type Proposal,
  type SigningKey,
  signingKeyOf,
} from '@besure/governance';
import { encodeBase64url } from '@besure/protocol';

/**
 * How a key stands by the charter that counts from the next block on. Only `in-force` signs. `proposed`: the board has still to decide on it.
 * `unknown`: nobody has even proposed it. `ended`: a decision has ended it. `suspended` and `removed` are of the member, whose key it is.
 */
export type KeyStanding = 'in-force' | 'proposed' | 'unknown' | 'ended' | 'suspended' | 'removed';

/** The keys that an instance of the service was started with. */
export interface KeysHeld {
  readonly organisation: string;
  /** P-256, 65 bytes. */
  readonly signingKey: Uint8Array;
  readonly ledgerAddress: string;
}

/** What the board has said, and is about to. */
export interface BoardView {
  readonly charter: Charter;
  readonly openProposals: readonly Proposal[];
}

/** How the signing key of an organisation stands. */
export function signingKeyStanding(held: KeysHeld, board: BoardView): KeyStanding {
  const member = memberOf(board.charter, held.organisation);
  return standingOf(member, member && signingKeyOf(member, held.signingKey), () => {
    const encoded = encodeBase64url(held.signingKey);
    return hasProposal(
      held,
      board,
      (change) => change.kind === 'rotate-signing-key' && change.signingKey === encoded,
    );
  });
}

/** How the ledger key of an organisation stands. */
export function ledgerKeyStanding(held: KeysHeld, board: BoardView): KeyStanding {
  const member = memberOf(board.charter, held.organisation);
  return standingOf(member, member && ledgerKeyOf(member, held.ledgerAddress), () =>
    hasProposal(
      held,
      board,
      (change) => change.kind === 'rotate-ledger-key' && change.ledgerAddress === held.ledgerAddress,
    ),
  );
}

/** Whether an open proposal would make a key one of this organisation. */
function hasProposal(
  { organisation }: KeysHeld,
  { openProposals }: BoardView,
  names: (change: Change) => boolean,
): boolean {
  return openProposals.some(
    ({ note: { change } }) =>
      'organisation' in change && change.organisation === organisation && names(change),
  );
}

/**
 * Since which height the ledger key publishes without a break: null where it does not. Whatever was signed for a block before that may have come into one
 * in which it did not count.
 */
export function publishesSince(held: KeysHeld, board: BoardView): number | null {
  if (ledgerKeyStanding(held, board) !== 'in-force') return null;
  const { from, suspensions, ...member } = memberOf(board.charter, held.organisation)!;
  const key = ledgerKeyOf(member, held.ledgerAddress)!;
  return Math.max(from, key.from, ...suspensions.map(({ until }) => until!));
}

/** Whether a key belongs to another member: nothing that could be decided makes it one of this one. */
export function belongsToAnother(
  { organisation, signingKey, ledgerAddress }: KeysHeld,
  { organisations }: Charter,
): 'signing' | 'ledger' | null {
  const others = organisations.filter(({ id }) => id !== organisation);
  if (others.some((member) => signingKeyOf(member, signingKey) !== undefined)) return 'signing';
  return others.some((member) => ledgerKeyOf(member, ledgerAddress) !== undefined) ? 'ledger' : null;
}

/** A signing key that a decision has ended. */
export interface EndedKey {
  /** As the charter has it. */
  readonly key: string;
  /** The height from which on it does not count. */
  readonly until: number;
}

/** The signing keys of an organisation that decisions have ended, in the order in which they did. */
export function endedKeys({ charter }: BoardView, organisation: string): readonly EndedKey[] {
  const keys = memberOf(charter, organisation)?.signingKeys ?? [];
  return keys
    .flatMap(({ key, until }) => (until === null ? [] : [{ key, until }]))
    .toSorted((a, b) => a.until - b.until);
}

function ledgerKeyOf(
  { ledgerKeys }: Pick<Organisation, 'ledgerKeys'>,
  wanted: string,
): LedgerKey | undefined {
  return ledgerKeys.find(({ address }) => address === wanted);
}

function standingOf(
  member: Organisation | undefined,
  key: SigningKey | LedgerKey | undefined,
  isProposed: () => boolean,
): KeyStanding {
  if (member === undefined || key === undefined) return isProposed() ? 'proposed' : 'unknown';
  if (key.until !== null) return 'ended';
  if (isStanding(member)) return 'in-force';
  return member.until === null ? 'suspended' : 'removed';
}
