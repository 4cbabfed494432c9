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

/** The one hub of a development network. */
export const hub = {
  id: 'hub',
  name: 'hub.besure.invalid',
  operator: 'Hub (example operator)',
  provider: 'this-machine',
} as const;
