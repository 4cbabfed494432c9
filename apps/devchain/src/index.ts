export { devchainConfiguration, type DevchainConfig } from './configuration.js';
export { start } from './start.js';
