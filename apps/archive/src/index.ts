export { archiveApi } from './api.js';
export type { ArchiveConfig } from './configuration.js';
export { archiveService, start } from './service.js';
