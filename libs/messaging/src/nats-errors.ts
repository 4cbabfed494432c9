import { ErrorCode, NatsError } from 'nats';
import { MessagingError, type MessagingErrorCode } from './error.js';

function codeOf(error: NatsError): MessagingErrorCode {
  switch (error.code as ErrorCode) {
    case ErrorCode.NoResponders:
      return 'no-responders';
    case ErrorCode.Timeout:
      return 'timeout';
    case ErrorCode.MaxPayloadExceeded:
      return 'too-large';
    case ErrorCode.PermissionsViolation:
      return 'forbidden';
    case ErrorCode.AuthorizationViolation:
    case ErrorCode.BadAuthentication:
      return 'credentials';
    case ErrorCode.Tls:
    case ErrorCode.ServerOptionNotAvailable:
      return 'certificate';
    case ErrorCode.ConnectionRefused:
    case ErrorCode.ConnectionTimeout:
    case ErrorCode.ConnectionClosed:
    case ErrorCode.ConnectionDraining:
    case ErrorCode.Disconnect:
      return 'unavailable';
    default:
      return 'failed';
  }
}

/** What Node says of a certificate that it refuses, and of a handshake that fails. */
function isCertificateFault(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /CERT|UNABLE_TO_|_SSL_|_TLS_|INVALID_CA|INVALID_PURPOSE/.test(code);
}

/** What the client threw, in our words; `what` is what was tried. */
export function fromNats(error: unknown, what: string): MessagingError {
  if (error instanceof MessagingError) return error;
  const code =
    error instanceof NatsError ? codeOf(error) : isCertificateFault(error) ? 'certificate' : 'failed';
  return new MessagingError(code, `${what}: ${code}`, { cause: error });
}

/** No answer, for whatever reason: the outcome is unknown. */
export function unanswered(): MessagingError {
  return new MessagingError('timeout', 'no answer');
}
