/** Every answer that verification can give, with one sentence for people. A closed list: scripts branch on it. */
export const VERDICT_CODES = {
  proven: 'The evidence holds, and is acceptable under the given rules.',

  // The evidence is bad: it proves nothing.
  'trust-malformed': 'The trust file cannot be used, so nothing could be verified.',
  'trust-not-confirmed':
    'No quorum confirms that nothing is missing in the trust file, so nothing could be verified.',
  'evidence-malformed': 'The file is not an evidence file of a known version, or was changed.',
  'statement-malformed': 'The statement in the evidence does not have the form that statements have.',
  'issuer-unknown': 'The statement is not by an organisation that may make statements under the trust file.',
  'certificate-differs': 'The certificate in the statement holds another key than the organisation has.',
  'statement-signature':
    'The signature of the statement is not that of the organisation over this statement.',
  'disclosure-invalid': 'A shown fact is not what the statement was signed over, or breaks a rule.',
  'event-not-allowed': 'The organisation may not state this event: it is for the other side to state.',
  'signing-time-invalid': 'The time in a signature is not the start of a time slot.',
  'countersignature-malformed': 'The countersignature does not have the form that countersignatures have.',
  'countersigner-unknown': 'The countersignature is not by the exchange.',
  'countersignature-elsewhere': 'The countersignature is about another statement.',
  'countersignature-signature': 'The signature of the exchange is not over this countersignature.',
  'recorder-unknown': 'A recording is not by the issuer or the exchange, or they stand in the wrong order.',
  'not-a-member':
    'An organisation was not a member at the place in the register where this is recorded: not yet, or no more.',
  'key-not-valid':
    'A key was used where it was not in force: before its time, or after it was replaced or revoked.',
  'recording-malformed': 'A recording does not have the form that recordings have.',
  'signed-after-slot': 'The statement says it was signed after the time slot in which it was recorded.',
  'log-malformed':
    'The proof that a recording stands in the log does not have the form that such proofs have.',
  'log-unknown': 'A recording stands in another log than that of the trust file.',
  'signature-line-surplus': 'A checkpoint carries a signature that is unknown, repeated or out of place.',
  'checkpoint-signature': 'A signature on a checkpoint does not verify.',
  'log-signature-missing': 'A checkpoint is not signed in the name of the log.',
  'not-in-log': 'The statement does not stand in the log at the place that the evidence names.',
  'time-stamp-invalid':
    'A time stamp is not over this recording, or not by an authority that the given rules name.',
  'countersignature-unrecorded':
    'The countersignature was never recorded, so it could have been made at any time.',
  'document-differs': 'The document is not the one that the statement is about.',
  unverifiable: 'Verification stopped at something unforeseen, so nothing is proven.',

  // The evidence is good, but not acceptable under the trust file.
  'quorum-not-met':
    'Too few of those who keep the register, or who watch it, confirm the recording: there is no time since which it provably exists.',
  'trust-too-old':
    'This was recorded after the time up to which the given rules are known to be complete: they are too old to judge it by.',
  'assurance-too-low': 'Less stands behind the time of the recording than the given rules ask for.',
  'key-compromised': 'A signing key is reported to have been in other hands when this was recorded.',
  'algorithm-ended':
    'This was recorded after the day on which a method of signing or of taking fingerprints ceased to be accepted.',
  'one-sided': 'The exchange did not countersign: only the issuer says so.',
  'partly-agreed': 'The exchange did not check everything that is shown here, or that it has to check.',
  'agreement-too-loose': 'The exchange allowed a larger difference in time than the given rules do.',
  'recorded-before-slot': 'The recording was confirmed before its own time slot began: a clock was wrong.',
  'claimed-after-recording': 'The time that the issuer states lies after the time of the recording.',
  late: 'The recording came longer after the stated time than the given rules allow.',
  'document-hidden': 'A document was given, but the evidence hides which document it is about.',
} as const;

/** A code of {@link VERDICT_CODES}. */
export type VerdictCode = keyof typeof VERDICT_CODES;

/** The codes of evidence that holds but is not acceptable, in the order in which the first one is told. */
export const UNACCEPTABLE_CODES = [
  'quorum-not-met',
  'trust-too-old',
  'assurance-too-low',
  'key-compromised',
  'algorithm-ended',
  'one-sided',
  'partly-agreed',
  'agreement-too-loose',
  'recorded-before-slot',
  'claimed-after-recording',
  'late',
  'document-hidden',
] as const satisfies readonly VerdictCode[];

/** A code of evidence that holds but is not acceptable. */
export type UnacceptableCode = (typeof UNACCEPTABLE_CODES)[number];

/** A code of evidence that proves nothing. */
export type BadCode = Exclude<VerdictCode, 'proven' | UnacceptableCode>;

/** Whether a text is one of the codes. */
export function isVerdictCode(text: string): text is VerdictCode {
  return Object.hasOwn(VERDICT_CODES, text);
}
