import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// Loaded before a service by `node --import`, with --expose-gc: at SIGUSR2 it collects all garbage and writes down what is left.
const folder = process.env['BESURE_HEAP_FOLDER'];
if (folder === undefined) throw new TypeError('BESURE_HEAP_FOLDER is missing');
const path = join(folder, `${process.pid}.json`);

process.on('SIGUSR2', () => {
  const { gc } = globalThis;
  if (gc === undefined) throw new TypeError('--expose-gc is missing');
  void Promise.resolve(gc({ execution: 'async', type: 'major' }))
    .then(() => gc({ execution: 'async', type: 'major' }))
    .then(() => {
      writeFileSync(`${path}.new`, JSON.stringify(process.memoryUsage()));
      renameSync(`${path}.new`, path);
    });
});
