/** An organisation of the network and what it is in it. */
export interface Member {
  readonly id: string;
  readonly name: string;
  readonly role: 'organisation' | 'exchange';
}

/** The organisations of a development network. */
export const members: readonly Member[] = [
  { id: 'alpha', name: 'Alpha (example organisation)', role: 'organisation' },
  { id: 'beta', name: 'Beta (example organisation)', role: 'organisation' },
  { id: 'exchange', name: 'Exchange (example platform)', role: 'exchange' },
];

/** An organisation that is none of the members yet. */
export const applicant: Member = { id: 'gamma', name: 'Gamma (example organisation)', role: 'organisation' };

/** A hub of the network and who really runs it. */
export interface HubMember {
  readonly id: string;
  /** Under which it cosigns. */
  readonly name: string;
  readonly operator: string;
  readonly provider: string;
}

/** More hubs than these are of no use on one machine. */
export const MOST_HUBS = 5;

/** The first hub, which founds the ledger. */
export const firstHub: HubMember = hubAt(1);

/** The hubs of a development network: `hub`, `hub-2` and so on, each of another operator. */
export function hubsOf(count: number): readonly HubMember[] {
  return Array.from({ length: count }, (_, i) => hubAt(i + 1));
}

function hubAt(number: number): HubMember {
  const id = number === 1 ? 'hub' : `hub-${number}`;
  return {
    id,
    name: `${id}.besure.invalid`,
    operator: `${id.replace('hub', 'Hub')} (example operator)`,
    provider: 'this-machine',
  };
}
