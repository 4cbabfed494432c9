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
  /** The start of its first slot, in milliseconds since 1970. */
  readonly startMillis: number;
  readonly ports: Readonly<Record<string, number>>;
}

/** Reads a network's settings, or makes those of a new one. */
export async function networkSettings(
  folder: string,
  profile: ProfileName,
  portNames: readonly string[],
): Promise<NetworkSettings> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'network.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as NetworkSettings;
  const ports = new Ports();
  await ports.choose(portNames);
  const settings: NetworkSettings = {
    version: 1,
    network: `${profile}-${randomBytes(4).toString('hex')}`,
    profile,
    // Slots begin on whole seconds, so that they read well.
    startMillis: Math.floor(Date.now() / 1000) * 1000,
    ports: ports.all(),
  };
  writeFileSync(path, `${JSON.stringify(settings, null, 2)}\n`);
  return settings;
}
