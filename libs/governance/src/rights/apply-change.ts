import { type Charter, type Organisation, type Period, readCharter, type SigningKey } from '../charter.js';
import { isStanding, mayVote } from '../membership.js';
import { fault } from '../rule-fault.js';
import { changeCosigners } from './apply-to-cosigners.js';
import type { Change } from './change.js';
import { assertHosting } from './hosting.js';
import { assertReachable } from './reachable.js';
import { changeTerms } from './apply-to-terms.js';
import { edited, ended, succeeded } from './edit-list.js';

/** Where in the ledger a change was accepted. */
export interface Moment {
  readonly height: number;
  /** POSIX seconds, by the ledger's blocks. */
  readonly time: number;
}

/**
 * The charter with a change in it. Members, their keys and terms change from the block after `at`, cosigners' keys from its
 * time. Throws CharterError `rule` or `field` where the change contradicts the charter, or would leave one that must not be.
 */
export function applyChange(charter: Charter, change: Change, at: Moment): Charter {
  const next =
    'organisation' in change ? changeMember(charter, change, at.height + 1) : changeElse(charter, change, at);
  // Read anew: what grows must stay what a charter can be, its lists and its text no longer than anyone takes.
  const read = readCharter(next);
  assertReachable(read);
  if (change.kind === 'admit-hub') assertHosting(read, change.provider);
  return read;
}

type MemberChange = Extract<Change, { readonly organisation: string }>;

function changeElse(charter: Charter, change: Exclude<Change, MemberChange>, at: Moment): Charter {
  return change.kind === 'change-terms'
    ? changeTerms(charter, change, at)
    : changeCosigners(charter, change, at.time);
}

function changeMember(charter: Charter, change: MemberChange, from: number): Charter {
  if (change.kind === 'admit-organisation') {
    const { organisation: id, name, signingKey, ledgerAddress, seats } = change;
    const period = { from, until: null };
    const member: Organisation = {
      id,
      name,
      role: 'organisation',
      ...period,
      signingKeys: [{ key: signingKey, ...period, compromisedFrom: null }],
      ledgerKeys: [{ address: ledgerAddress, ...period }],
      seats: seats.map((key) => ({ key, ...period })),
      suspensions: [],
    };
    return { ...charter, organisations: [...charter.organisations, member] };
  }
  const edit = (member: Organisation): Organisation => editMember(member, change, from);
  return {
    ...charter,
    organisations: edited(
      charter.organisations,
      'organisation',
      ({ id }) => id === change.organisation,
      edit,
    ),
  };
}

function editMember(
  member: Organisation,
  change: Exclude<MemberChange, { readonly kind: 'admit-organisation' }>,
  from: number,
): Organisation {
  const period: Period = { from, until: null };
  if (member.until !== null) throw fault('change.organisation', 'must not have been removed');
  switch (change.kind) {
    case 'suspend-organisation':
      if (!isStanding(member)) throw fault('change.organisation', 'must not be suspended already');
      return { ...assertNotTheExchange(member), suspensions: [...member.suspensions, period] };
    case 'reinstate-organisation':
      if (isStanding(member)) throw fault('change.organisation', 'must be suspended');
      return {
        ...member,
        suspensions: member.suspensions.map((rest) =>
          rest.until === null ? { ...rest, until: from } : rest,
        ),
      };
    case 'remove-organisation':
      return { ...assertNotTheExchange(member), until: from };
    case 'rotate-signing-key':
      return {
        ...member,
        signingKeys: succeeded(member.signingKeys, {
          key: change.signingKey,
          ...period,
          compromisedFrom: null,
        }),
      };
    case 'revoke-signing-key':
      return { ...member, signingKeys: revoked(member.signingKeys, change, from) };
    case 'rotate-ledger-key':
      return {
        ...member,
        ledgerKeys: succeeded(member.ledgerKeys, { address: change.ledgerAddress, ...period }),
      };
    case 'revoke-ledger-key':
      return {
        ...member,
        ledgerKeys: ended(
          member.ledgerKeys,
          'change.ledgerAddress',
          ({ address }) => address === change.ledgerAddress,
          from,
        ),
      };
    case 'change-seats':
      return changeSeats(member, change, from);
  }
}

/** Also a key that ended before may turn out to have been in other hands. */
function revoked(
  keys: Organisation['signingKeys'],
  { signingKey, compromisedFrom }: { readonly signingKey: string; readonly compromisedFrom: number | null },
  from: number,
): Organisation['signingKeys'] {
  const revoke = (key: SigningKey): SigningKey => {
    if (key.until !== null && compromisedFrom === null)
      throw fault('change.signingKey', 'must be one that is in use');
    const until = key.until ?? from;
    return { ...key, until, compromisedFrom: earlier(key.compromisedFrom, compromisedFrom) };
  };
  return edited(keys, 'signingKey', ({ key }) => key === signingKey, revoke);
}

function earlier(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

function changeSeats(
  member: Organisation,
  { add, end }: { readonly add: readonly string[]; readonly end: readonly string[] },
  from: number,
): Organisation {
  if (add.length + end.length === 0) throw fault('change', 'must change something');
  const remaining = end.reduce<Organisation['seats']>(
    (seats, gone, i) => ended(seats, `change.end.${i}`, ({ key }) => key === gone, from),
    member.seats,
  );
  const next = { ...member, seats: [...remaining, ...add.map((key) => ({ key, from, until: null }))] };
  if (isStanding(next) && !mayVote(next)) throw fault('change.end', 'must leave the member a seat');
  return next;
}

/** There is exactly one, and without it nothing is countersigned. */
function assertNotTheExchange(member: Organisation): Organisation {
  if (member.role === 'exchange') throw fault('change.organisation', 'must not be the exchange');
  return member;
}
