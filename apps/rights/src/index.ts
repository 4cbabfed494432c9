export { rightsApi } from './api.js';
export type { RightsConfig } from './configuration.js';
export { rightsService, start } from './service.js';
