/** Why fsck could not look; a closed list. What it finds is no error. */
export type FsckErrorCode =
  /** A database, archive or hub does not answer. */
  | 'unreachable'
  /** The database is not that of the zone, or may not be read. */
  | 'not-a-zone'
  /** There are events of versions that are not known here. */
  | 'newer-release';

/** The one error class of this library. */
export class FsckError extends Error {
  override readonly name = 'FsckError';

  constructor(
    readonly code: FsckErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
