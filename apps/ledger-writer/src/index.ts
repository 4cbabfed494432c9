export type { LedgerWriterConfig } from './configuration.js';
export { ledgerWriterService, start } from './service.js';
