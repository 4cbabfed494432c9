import { blockMethods } from './block-methods.js';
import type { Chain } from './chain.js';
import { Describer } from './describe.js';
import type { Method } from './method.js';
import { nodeMethods } from './node-methods.js';
import { rightsMethods } from './rights-methods.js';

/** All methods of the RPC: those that the ledger-writer's client uses, and no others. */
export function createMethods(chain: Chain, blockMillis: number): ReadonlyMap<string, Method> {
  const describe = new Describer(chain);
  return new Map(
    Object.entries({
      ...nodeMethods(chain, describe, blockMillis),
      ...rightsMethods(chain, describe),
      ...blockMethods(chain, describe),
    }),
  );
}
