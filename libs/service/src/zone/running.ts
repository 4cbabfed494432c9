import type { ServiceContext } from '../run-service.js';
import type { ServiceConfig } from '../variables.js';

/** Something that runs until it is stopped. */
export interface Running {
  start(): Promise<void> | void;
  stop(): Promise<void>;
}

/** Stops the parts of a service with it, in reverse order; answers what starts them, in order: its `started`. */
export function runParts<C extends ServiceConfig>(
  context: ServiceContext<C>,
  parts: readonly Running[],
): () => Promise<void> {
  for (const part of parts) context.onStop('part', () => part.stop());
  return async () => {
    for (const part of parts) await part.start();
  };
}
