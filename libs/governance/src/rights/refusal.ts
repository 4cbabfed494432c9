/** Why an entry of the log of rights changes nothing. A closed list. */
export type RightsRefusal =
  /** The item says it is a charter, and is none that a network could begin with. */
  | 'charter'
  /** The network has its first charter already. */
  | 'founded'
  /** A note before the first charter. */
  | 'not-founded'
  /** The item says it is a note, and is none. */
  | 'malformed'
  /** A charter or note of another network, that is: of another ledger or another first charter. */
  | 'network'
  /** In the name of somebody who is no member at that height. */
  | 'member'
  /** With a key that is no seat of the member at that height. */
  | 'seat'
  /** The signature is not of that key. */
  | 'signature'
  /** Made for another version of the state than there is, or, as a vote, than the proposal was made for. */
  | 'state'
  /** The proposal would end too late, or has ended. */
  | 'expires'
  /** The member has as many open proposals as the charter allows. */
  | 'open-proposals'
  /** What is asked for contradicts the charter, or would leave one that must not be. */
  | 'change'
  /** The same proposal once more. */
  | 'repeated'
  /** About a proposal that there is not. */
  | 'proposal'
  /** About a proposal that is decided, expired, withdrawn or lapsed. */
  | 'closed'
  /** A vote by a member that has none on this proposal. */
  | 'voter'
  /** A vote that is not newer than the member's last one: a repetition, or one that was overtaken; or one far ahead of it. */
  | 'number'
  /** A withdrawal by another than who proposed. */
  | 'proposer';

/** That an entry changes nothing. The message is the rule that it breaks. */
export class RightsRefused extends Error {
  override readonly name = 'RightsRefused';
  readonly code: RightsRefusal;
  /** The member of the note that is wrong, where there is one. */
  readonly field: string | undefined;

  constructor(code: RightsRefusal, rule: string, field?: string) {
    super(rule);
    this.code = code;
    this.field = field;
  }
}
