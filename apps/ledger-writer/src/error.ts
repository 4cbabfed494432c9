/** Why something was refused or cannot go on; a closed list. */
export type LedgerWriterErrorCode =
  /** The node is of another chain than the charter says, or writes addresses otherwise. Needs a person. */
  | 'wrong-chain'
  /** The node's history differs below the final depth: what stands in the log is no longer in the ledger. Needs a person. */
  | 'deep-fork'
  /** More waits for the ledger than this hub keeps. */
  | 'overloaded'
  /** A member has had more carried than its part of what this hub may publish. */
  | 'too-much'
  /** A vote that an earlier one of its member would overtake, or that has its number. */
  | 'number'
  /** A note is about what was decided meanwhile, in final blocks that no quorum has signed yet: a proposal for a state of before. */
  | 'state'
  /** The same: a vote or a withdrawal of what is open no more. */
  | 'closed'
  /** The ledger moved while it was read: the next look sees it whole. */
  | 'chain-moved'
  /** The node gave another block than was asked for. */
  | 'bad-block'
  /** The streams are not there, or not final yet. */
  | 'not-founded'
  /** The charter does not have the keys of this hub, or has ended them. */
  | 'not-a-hub'
  /** The request is not the sender's to make. */
  | 'forbidden'
  /** A checkpoint was handed over that this log does not have. */
  | 'other-root'
  /** The node does not answer, or is not ready. */
  | 'ledger-unavailable'
  /** The time-stamp authority gives no token that counts. */
  | 'time-stamp-unavailable'
  /** The log stands still because of `wrong-chain` or `deep-fork`. */
  | 'halted';

/** The one error class of this service. */
export class LedgerWriterError extends Error {
  override readonly name = 'LedgerWriterError';
  readonly code: LedgerWriterErrorCode;

  constructor(code: LedgerWriterErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
