import { describe, expect, it } from 'vitest';
import type { Charter } from './charter.js';
import { type Decisions, isEnactment, isSetUp, type NativeChange } from './native-audit.js';
import type { Proposal } from './rights/state.js';

const MEMBER = {
  id: 'alpha',
  from: 0,
  until: null,
  suspensions: [{ from: 41, until: 81 }],
  ledgerKeys: [
    { address: 'old', from: 0, until: 21 },
    { address: 'new', from: 21, until: null },
  ],
};
const hub = (id: string, until: number | null) => ({
  id,
  nodeAddress: `node of ${id}`,
  keys: [{ from: 0, until }],
});
const accepted = (kind: string, id: string, closed: number) =>
  ({ status: 'accepted', closed, note: { change: { kind, hub: id } } }) as unknown as Proposal;

/** The key of a member changed after block 20; it was suspended after 40 and reinstated after 80. A hub came with block 30 and went with 60. */
const decisions: Decisions = {
  charter: {
    ledger: { streams: { proofs: 'proofs', rights: 'rights' } },
    organisations: [MEMBER],
    hubs: [hub('first', null), hub('second', 1_800_000_000)],
  } as unknown as Charter,
  proposals: [accepted('admit-hub', 'second', 30), accepted('remove-hub', 'second', 60)],
};

const given = (
  address: string,
  type: string,
  height: number,
  stream: string | null = null,
): NativeChange => ({
  ...{ address, type, height, stream },
  isGiven: true,
});
const taken = (...change: Parameters<typeof given>): NativeChange => ({
  ...given(...change),
  isGiven: false,
});
const PATIENCE = 5;

describe('a change of a right on the chain', () => {
  it.each([
    ['the new key of a member, from the block of the decision on', given('new', 'write', 20, 'proofs')],
    ['its old key, taken', taken('old', 'send', 21)],
    ['a member that is suspended, taken', taken('new', 'receive', 43)],
    ['a member that is reinstated', given('new', 'receive', 80)],
    ['a new hub, although it has gone since', given('node of second', 'mine', 30)],
    ['a hub that was removed, taken', taken('node of second', 'admin', 64)],
    ['what the next decision has ended already', given('new', 'send', 44)],
    ['the first hub, at any time', given('node of first', 'write', 100, 'rights')],
  ])('enacts a decision: %s', (_name, change) => {
    expect(isEnactment(decisions, change, PATIENCE)).toBe(true);
  });

  it.each([
    ['the new key before its decision', given('new', 'write', 19, 'proofs')],
    ['the old key, taken before', taken('old', 'send', 19)],
    ['a hub before it was admitted', given('node of second', 'mine', 29)],
    ['a hub that is there, taken', taken('node of second', 'connect', 40)],
    ['a hub that has gone for longer than enacting takes', given('node of second', 'connect', 66)],
    ['a suspended member, long after', given('new', 'send', 46)],
    ['a right that no member has', given('new', 'mine', 100)],
    ['a right on a stream of nobody', given('new', 'write', 100, 'other')],
    ['a right that a hub needs no decision to be refused', given('node of first', 'issue', 100)],
    ['a stranger', given('stranger', 'send', 100)],
  ])('enacts none: %s', (_name, change) => {
    expect(isEnactment(decisions, change, PATIENCE)).toBe(false);
  });

  it('belongs to the set-up where the first charter gives it, or the node of a hub has it', () => {
    const first = decisions.charter;
    expect(isSetUp(first, given('new', 'send', 3))).toBe(true);
    expect(isSetUp(first, given('node of first', 'issue', 0))).toBe(true);
    expect(isSetUp(first, given('new', 'mine', 3))).toBe(false);
    expect(isSetUp(first, given('stranger', 'send', 3))).toBe(false);
  });
});
