import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ports } from './ports.js';
import type { ProfileName } from './profile.js';

/** What a network keeps about itself, so that it comes up again as it was. */
export interface NetworkSettings {
  readonly version: 1;
  readonly network: string;
  readonly profile: ProfileName;
  /** How many hubs its charter names. */
  readonly hubs: number;
  /** The start of its first slot, in milliseconds since 1970. */
  readonly startMillis: number;
  readonly ports: Readonly<Record<string, number>>;
}

/** A network that is there has another number of hubs than was asked for: its charter says so, and only its board can change that. */
export class HubsFixedError extends Error {
  override readonly name = 'HubsFixedError';
}

/** Throws HubsFixedError where a network is in the folder that has another number of hubs than was asked for. */
export function assertHubs(folder: string, asked: number | undefined): void {
  const known = knownSettings(folder);
  if (known === null || asked === undefined || known.hubs === asked) return;
  throw new HubsFixedError(
    `the network in ${folder} has ${known.hubs} ${known.hubs === 1 ? 'hub' : 'hubs'} by its charter, not ${asked}`,
  );
}

/**
 * Reads a network's settings, or makes those of a new one, with one hub or as many as asked for. Throws HubsFixedError where the network is
 * there with another number.
 */
export async function networkSettings(
  folder: string,
  profile: ProfileName,
  asked: number | undefined,
  portNames: (hubs: number) => readonly string[],
): Promise<NetworkSettings> {
  assertHubs(folder, asked);
  const known = knownSettings(folder);
  if (known !== null) return known;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const hubs = asked ?? 1;
  const ports = new Ports();
  await ports.choose(portNames(hubs));
  const settings: NetworkSettings = {
    version: 1,
    network: `${profile}-${randomBytes(4).toString('hex')}`,
    profile,
    hubs,
    // Slots begin on whole seconds, so that they read well.
    startMillis: Math.floor(Date.now() / 1000) * 1000,
    ports: ports.all(),
  };
  writeFileSync(pathIn(folder), `${JSON.stringify(settings, null, 2)}\n`);
  return settings;
}

function knownSettings(folder: string): NetworkSettings | null {
  const path = pathIn(folder);
  if (!existsSync(path)) return null;
  // Networks of before there could be more do not say how many they have.
  return { hubs: 1, ...(JSON.parse(readFileSync(path, 'utf8')) as Omit<NetworkSettings, 'hubs'>) };
}

function pathIn(folder: string): string {
  return join(folder, 'network.json');
}
