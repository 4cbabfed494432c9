export { intakeApi } from './api.js';
export type { IntakeConfig } from './configuration.js';
export { intakeService, start } from './service.js';
