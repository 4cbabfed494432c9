/** What hubs and witnesses can be caught at, with one sentence for people. A closed list. */
export const LIES = {
  'two-logs': 'It signed two logs: two checkpoints of one size with different content.',
  rewrites: 'It signed a log and later another past of it: two entries at one place.',
  invents:
    'It signed a log with an entry that the ledger does not hold, as a majority of the others confirms.',
  omits: 'It signed a log that leaves out an entry of the ledger, as a majority of the others confirms.',
  reorders:
    'It signed a log in which an entry stands at another place than a majority of the others confirms.',
  'undue-size':
    'It signed the log at a size at which no checkpoint was due, and so only a part of what was final.',
  backdates:
    'It signed, with an earlier time, a log with an entry of a time slot that had not begun by then.',
  replays: 'It signed an older state of the log at a later time than a newer one.',
} as const;

/** A lie of {@link LIES}. */
export type Lie = keyof typeof LIES;

/** Every answer of an audit, with one sentence for people. A closed list: scripts branch on it. */
export const AUDIT_CODES = {
  proven: 'The accusation is proven.',
  'trust-malformed': 'The trust file cannot be used, so nothing could be judged.',
  'trust-not-confirmed':
    'The log of rights in the trust file is not confirmed by a quorum, so nothing could be judged.',
  'accusation-malformed': 'The file is not an accusation of a known version.',
  'accused-unknown':
    'Who is accused is no hub and no witness of the trust file, or not one that can tell this lie.',
  'checkpoint-malformed': 'A checkpoint in the accusation is none.',
  'other-log': 'A checkpoint in the accusation is of another log than that of the trust file.',
  'not-signed': 'A checkpoint that counts against the accused is not signed by it.',
  'not-confirmed': 'No majority of the others confirms the checkpoint that the accused contradicts.',
  'entry-not-in-log': 'An entry in the accusation does not stand in the log at the place it names.',
  'exhibits-unfit': 'The accusation does not hold what this lie is proven by.',
  'no-contradiction': 'What the accusation holds does not contradict: an honest one may have signed it.',
} as const;

/** A code of {@link AUDIT_CODES}. */
export type AuditCode = keyof typeof AUDIT_CODES;

/** Why an accusation is not proven. Stays inside this library: `audit` turns it into a judgement. */
export class NotProven extends Error {
  override readonly name = 'NotProven';
  readonly code: Exclude<AuditCode, 'proven'>;

  constructor(code: Exclude<AuditCode, 'proven'>, detail = '', options?: { readonly cause: unknown }) {
    super(detail, options);
    this.code = code;
  }
}

/** Throws {@link NotProven} unless the condition holds. */
export function assertThat(
  condition: boolean,
  code: Exclude<AuditCode, 'proven'>,
  detail = '',
): asserts condition {
  if (!condition) throw new NotProven(code, detail);
}
