export { askOverTls } from './ask-over-tls.js';
export type { TlsAnswer, TlsQuestion } from './ask-over-tls.js';
export { TestAuthority } from './test-authority.js';
export type { TestCertificate, TestCertificateOptions } from './test-authority.js';
