/** What fsck holds a network to, with one sentence for people. A closed list: scripts branch on it. */
export const FSCK_RULES = {
  'event-log': 'Events are numbered without a gap, in all and in each stream.',
  'consumer-ahead': 'Nobody has consumed more events of a service than there are.',
  acknowledgement: 'Every acknowledged event is known again when it comes a second time.',
  'event-lost': 'Every acknowledged event that was taken up has become something.',
  'event-doubled': 'No acknowledged event has become two things.',
  'without-event': 'Nothing stands anywhere without an acknowledged event.',
  'subject-doubled': 'There is at most one statement about a subject.',
  'intake-state': 'The states that intake shows are those that proof told.',
  'intake-evidence': 'The evidence that intake shows is what the archive told.',
  'statement-state': 'Statements stand as the events tell.',
  'record-state': 'The records of the exchange are those that the events tell.',
  'slot-state': 'Slots, and the chain of their transactions, stand as the events tell.',
  recording: 'What was recorded in a slot is what the archive keeps.',
  openings: 'What was recorded can be shown.',
  'evidence-state': 'Evidence was announced when it was there, and only then.',
  countersignature: 'Issuer, exchange and archive hold the same signatures.',
  copy: 'Copies of the exchange have arrived as they were sent.',
  'ledger-item': 'There is one item of a member for a slot, the one that it signed.',
  'stored-log': 'The ledger log that is kept has the hashes, and the roots, that were signed.',
  'hub-log': 'The ledger log that a hub serves is the one that all have.',
  evidence: 'Evidence can be fetched, and verifies.',
} as const;

/** One of {@link FSCK_RULES}. */
export type FsckRule = keyof typeof FSCK_RULES;
