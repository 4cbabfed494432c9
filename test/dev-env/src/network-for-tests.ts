import { rmSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import type { Host } from './host.js';
import type { Network } from './network.js';
import { startNetwork, type StartOptions } from './start-network.js';
import { makeTemporaryFolder } from './temporary-folder.js';

/** A network that runs while the tests of a file do; nothing of it can be asked for before. */
export interface NetworkForTests<H extends Host> {
  /** Where all of it lies. */
  readonly folder: string;
  readonly network: Network;
  readonly host: H;
}

/** How a network for tests is started. */
export type NetworkForTestsOptions<H extends Host> = Omit<StartOptions, 'folder' | 'profile' | 'host'> & {
  /** `tests` where it is not said. */
  readonly profile?: StartOptions['profile'];
  readonly host: (logs: string) => H;
};

const START_MILLIS = 300_000;

/** Has vitest start a network in a folder of its own before the tests of this file or group, and remove all of it after them. */
export function networkForTests<H extends Host>(
  name: string,
  { host, ...options }: NetworkForTestsOptions<H>,
): NetworkForTests<H> {
  let folder: string | undefined;
  let made: { network: Network; host: H } | undefined;
  const running = <T>(part: T | undefined): T => {
    if (part === undefined) throw new TypeError('the network is there once the tests begin');
    return part;
  };
  beforeAll(async () => {
    folder = makeTemporaryFolder(name);
    let hosting: H | undefined;
    const network = await startNetwork({
      profile: 'tests',
      ...options,
      folder,
      host: (logs) => (hosting = host(logs)),
    });
    made = { network, host: hosting! };
  }, START_MILLIS);
  afterAll(async () => {
    await made?.network.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });
  return {
    get folder() {
      return running(folder);
    },
    get network() {
      return running(made).network;
    },
    get host() {
      return running(made).host;
    },
  };
}
