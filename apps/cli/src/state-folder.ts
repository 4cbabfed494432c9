import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone that this program was built in. */
export const projectFolder = resolve(fileURLToPath(new URL('../../..', import.meta.url)));

/** Where the launcher and the running system keep what is theirs. */
export const stateFolder = join(projectFolder, '.besure');
