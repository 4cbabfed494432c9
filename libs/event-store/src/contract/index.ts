export { MemoryPipe } from './memory-pipe.js';
export { pipeContract, sampleEvents, type PipeCheck, type PipeUnderTest } from './pipe-contract.js';
