export { ledgerWriterApi } from './api.js';
export type { LedgerWriterConfig } from './configuration.js';
export { ledgerWriterService, start } from './service.js';
