import { type Charter, expectedRights, ledgerAddressesOf, type LedgerRight } from '@besure/governance';
import { LedgerError, type LedgerNode, type Permission, type StreamInfo } from '@besure/multichain';

/** The chain's own permissions and the network's streams, as the node has them now, unconfirmed ones included. */
export interface LedgerRights {
  readonly height: number;
  readonly permissions: readonly Permission[];
  readonly streams: readonly StreamInfo[];
}

/** What founding did now; all empty when everything was there. */
export interface Founded {
  readonly created: readonly string[];
  readonly granted: readonly LedgerRight[];
}

const STREAM_RIGHTS = ['write', 'admin', 'activate'] as const;

/**
 * Reads and sets the chain's native permissions. Founding is idempotent: it looks first and does what is missing; a call whose outcome is unknown is
 * simply made again as a whole. One at a time, so that two do not grant the same.
 */
export class Founder {
  readonly #charter: Charter;
  readonly #node: LedgerNode;
  #last: Promise<unknown> = Promise.resolve();

  constructor(charter: Charter, node: LedgerNode) {
    this.#charter = charter;
    this.#node = node;
  }

  /** What is granted now. */
  async rights(): Promise<LedgerRights> {
    const names = Object.values(this.#charter.ledger.streams);
    const height = await this.#node.getBlockCount();
    const streams = (await Promise.all(names.map((name) => this.#node.listStreams(name)))).flat();
    const specs = ['*', ...streams.flatMap(({ name }) => STREAM_RIGHTS.map((right) => `${name}.${right}`))];
    const permissions: Permission[] = [];
    for (const spec of specs) permissions.push(...(await this.#node.listPermissions(spec)));
    return { height, permissions, streams };
  }

  /** Creates the streams and grants what the charter gives its members, as far as that is missing. */
  found(): Promise<Founded> {
    const founding = this.#last.then(() => this.#found());
    this.#last = founding.catch(() => undefined);
    return founding;
  }

  async #found(): Promise<Founded> {
    const node = this.#node;
    // A node lists unconfirmed outputs only of addresses that it knew before: first import, then grant.
    for (const address of this.#charter.organisations.flatMap(ledgerAddressesOf))
      await node.importAddress(address);
    const created: string[] = [];
    for (const name of Object.values(this.#charter.ledger.streams)) {
      if ((await node.listStreams(name)).length > 0) continue;
      if (await this.#create(name)) created.push(name);
    }
    const { permissions, height } = await this.rights();
    const missing = missingRights(this.#charter, permissions, height);
    for (const [address, spec] of grantsOf(missing)) await node.grant(address, spec);
    return { created, granted: missing };
  }

  /** False when somebody else was faster. */
  async #create(name: string): Promise<boolean> {
    try {
      await this.#node.createStream(name);
      return true;
    } catch (error) {
      if (error instanceof LedgerError && error.code === 'name-taken') return false;
      throw error;
    }
  }
}

/** What the charter gives and the chain does not. */
export function missingRights(
  charter: Charter,
  permissions: readonly Permission[],
  height: number,
): LedgerRight[] {
  const granted = new Set(
    permissions
      .filter(({ startBlock, endBlock }) => startBlock <= height + 1 && endBlock > height + 1)
      .map(keyOf),
  );
  return expectedRights(charter, height + 1).filter((right) => !granted.has(keyOf(right)));
}

/** One grant per address and stream: each grant makes an output, and few are enough. */
function grantsOf(rights: readonly LedgerRight[]): (readonly [address: string, spec: string])[] {
  const groups = Map.groupBy(rights, ({ address, stream }) => `${address} ${stream ?? ''}`);
  return [...groups.values()].map((group) => {
    const types = group.map(({ type }) => type).join(',');
    const [{ address, stream } = { address: '', stream: null }] = group;
    return [address, stream === null ? types : `${stream}.${types}`] as const;
  });
}

function keyOf({ address, stream, type }: LedgerRight): string {
  return `${address} ${stream ?? ''} ${type}`;
}
