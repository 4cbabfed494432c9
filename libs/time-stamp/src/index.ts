export type { TimeStampAuthority } from './authority.js';
export { type Certificate, MAX_CERTIFICATE_LENGTH, parseCertificate } from './certificate.js';
export { TimeStampError, type TimeStampErrorCode } from './error.js';
export { toProfile } from './profile.js';
export {
  acceptTimeStampResponse,
  encodeTimeStampRequest,
  MAX_RESPONSE_LENGTH,
  type TimeStampQuestion,
} from './request.js';
export { MAX_TOKEN_LENGTH } from './token.js';
export { type TimeStamp, verifyTimeStamp } from './verify.js';
