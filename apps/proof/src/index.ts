export type { ProofConfig } from './configuration.js';
export { proofService, start } from './service.js';
