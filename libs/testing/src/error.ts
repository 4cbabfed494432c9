/** Why a server for tests or for the development environment could not be used. */
export type ServerErrorCode =
  'program-missing' | 'start-failed' | 'port-taken' | 'not-ready' | 'unsafe-folder';

/** A server could not be found, started or reached; the message says what to do about it. */
export class ServerError extends Error {
  readonly code: ServerErrorCode;

  constructor(code: ServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ServerError';
    this.code = code;
  }
}
