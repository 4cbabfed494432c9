import { processIo } from './io.js';
import { run } from './run.js';

// Set, not called: output that is still on its way to a pipe gets there.
process.exitCode = await run(process.argv.slice(2), processIo());
