import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ProcessOptions } from '../host.js';

const require = createRequire(import.meta.url);

/** How a process is started whose clock is off. */
export function withShiftedClock(
  shiftMillis: number,
): ProcessOptions & { readonly nodeArguments: readonly string[] } {
  return {
    nodeArguments: ['--import', join(require.resolve('@besure/dev-env'), '..', 'chaos', 'shifted-clock.js')],
    environment: { BESURE_TEST_CLOCK_SHIFT_MILLIS: String(shiftMillis) },
  };
}
