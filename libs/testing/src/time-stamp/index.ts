export { type AuthorityKey, type AuthorityOptions, makeAuthority, reply } from './authority-folder.js';
export { openssl } from './openssl.js';
export {
  type Interference,
  startTimeStampServer,
  type TimeStampServer,
  type TimeStampServerOptions,
} from './server.js';
