/** What the exit status of `./besure` says; scripts branch on it. */
export const EXIT = {
  ok: 0,
  /** The evidence is bad, a check failed. */
  failed: 1,
  /** The evidence is good but not acceptable under the trust file. */
  unacceptable: 2,
  /** The command was not written as it has to be. */
  usage: 64,
  /** A file cannot be read. */
  unreadable: 66,
  /** Something that is needed is not there or does not answer. */
  unavailable: 69,
  /** A fault in this program. */
  internal: 70,
  /** A file cannot be written. */
  unwritable: 73,
  /** The configuration is wrong. */
  configuration: 78,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;
