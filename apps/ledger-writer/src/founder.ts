import { type Charter, compareRights, ledgerAddressesOf, type LedgerRight } from '@besure/governance';
import type { CharterNow } from './rights/charter-now.js';
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

/** What enacting the charter did now; both empty where the chain permits what the charter says. */
export interface Enacted {
  readonly granted: readonly LedgerRight[];
  readonly revoked: readonly LedgerRight[];
}

/** The charter that is in force in the next block, since when (the height of the newest decision, 0 where there is none), and whose nodes are awaited. */
export type InForce = Pick<CharterNow, 'charter' | 'decidedAt' | 'awaited'>;

/**
 * Reads and sets the chain's native permissions, the lower fence of what the charter says. All of it is idempotent: it looks first and does what is
 * missing; a call whose outcome is unknown is simply made again as a whole. One at a time, so that two do not grant the same.
 */
export class Founder {
  readonly #now: InForce;
  readonly #node: LedgerNode;
  #last: Promise<unknown> = Promise.resolve();

  constructor(now: InForce, node: LedgerNode) {
    this.#now = now;
    this.#node = node;
  }

  /** What is granted now. */
  async rights(): Promise<LedgerRights> {
    const names = Object.values(this.#now.charter.ledger.streams);
    const height = await this.#node.getBlockCount();
    const streams = (await Promise.all(names.map((name) => this.#node.listStreams(name)))).flat();
    const specs = ['*', ...streams.flatMap(({ name }) => STREAM_RIGHTS.map((right) => `${name}.${right}`))];
    const permissions: Permission[] = [];
    for (const spec of specs) permissions.push(...(await this.#node.listPermissions(spec)));
    return { height, permissions, streams };
  }

  /** Creates the streams and grants what the charter gives, as far as that is missing. */
  found(): Promise<Founded> {
    return this.#inTurn(async () => {
      await this.#importAddresses();
      const created: string[] = [];
      for (const name of Object.values(this.#now.charter.ledger.streams)) {
        if ((await this.#node.listStreams(name)).length > 0) continue;
        if (await this.#create(name)) created.push(name);
      }
      return { created, granted: (await this.#enact()).granted };
    });
  }

  /** Grants what the charter gives and the chain does not, and takes from members and former ones what it does not give them. */
  enact(): Promise<Enacted> {
    return this.#inTurn(async () => {
      await this.#importAddresses();
      return this.#enact();
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const working = this.#last.then(work);
    this.#last = working.catch(() => undefined);
    return working;
  }

  /** A node lists unconfirmed outputs only of addresses that it knew before: first import, then grant. */
  async #importAddresses(): Promise<void> {
    for (const address of this.#now.charter.organisations.flatMap(ledgerAddressesOf))
      await this.#node.importAddress(address);
  }

  async #enact(): Promise<Enacted> {
    const { charter, decidedAt, awaited } = this.#now;
    const { permissions, height } = await this.rights();
    const { missing: all, surplus: beyond } = compareRights(charter, permissions, height);
    const missing = all.filter((right) => !(isWaitedFor(right) && awaited.includes(right.address)));
    const decidedOn = addressesIn(charter);
    const surplus = beyond.filter(({ address }) => decidedOn.has(address));
    // `mine` and `admin` are given by several nodes together. What one of them began for a decision of before, and was not completed, has another
    // beginning: it is not completed now.
    for (const [address, spec] of specsOf(missing)) await this.#node.grant(address, spec, decidedAt);
    for (const [address, spec] of specsOf(surplus)) await this.#node.revoke(address, spec);
    return { granted: missing, revoked: surplus };
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

/** Rights with which a node that is not there can hold up all others: a share of miners and of administrators must act. */
function isWaitedFor({ stream, type }: LedgerRight): boolean {
  return stream === null && (type === 'mine' || type === 'admin');
}

/** Every address about which a charter decides: whoever it never named was given rights by nobody's decision, and that is for people to end. */
function addressesIn({ organisations, hubs }: Charter): Set<string> {
  return new Set([
    ...organisations.flatMap(ledgerAddressesOf),
    ...hubs.map(({ nodeAddress }) => nodeAddress),
  ]);
}

/** One call per address and stream: each makes an output, and few are enough. */
function specsOf(rights: readonly LedgerRight[]): (readonly [address: string, spec: string])[] {
  const groups = Map.groupBy(rights, ({ address, stream }) => `${address} ${stream ?? ''}`);
  return [...groups.values()].map((group) => {
    const types = group.map(({ type }) => type).join(',');
    const [{ address, stream } = { address: '', stream: null }] = group;
    return [address, stream === null ? types : `${stream}.${types}`] as const;
  });
}
