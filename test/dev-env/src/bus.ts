import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  generateNatsUser,
  HUB_SERVICES,
  type NatsZone,
  type Nkeys,
  PIPE_SERVICES,
  publicNkey,
  renderNatsAccounts,
} from '@besure/messaging';
import type { HubMember, Member } from './members.js';

/** The user of each zone's bus that hands in events as its back office does. */
export const BACK_OFFICE = 'back-office';

/** The file with the seed of a user: a service in its own zone, or a foreign organisation in another's. */
export function credentialsOf(keys: string, zone: string, user: string): string {
  return join(keys, zone, `bus-${user}.nkey`);
}

/**
 * One account per zone, as in deploy/nats, on the one nats-server of a development network. Makes the keys that are missing.
 *
 * @returns configuration text for nats-server
 */
export function busConfiguration(
  keys: string,
  members: readonly Member[],
  hubs: readonly HubMember[],
): string {
  // Every organisation dials in to the exchange and to the hubs; nobody to itself.
  const guestsOf = (zone: string): string[] => members.map(({ id }) => id).filter((id) => id !== zone);
  const nkeys = <U extends string>(zone: string, users: readonly U[]): Record<U, string> => {
    mkdirSync(join(keys, zone), { recursive: true, mode: 0o700 });
    return Object.fromEntries(users.map((user) => [user, nkeyOf(credentialsOf(keys, zone, user))])) as Record<
      U,
      string
    >;
  };
  const zones = members.map(({ id, role }): NatsZone => {
    const guests: Nkeys = role === 'exchange' ? nkeys(id, guestsOf(id)) : {};
    const backOffices: Nkeys = nkeys(id, [BACK_OFFICE]);
    return { role, id, services: nkeys(id, PIPE_SERVICES), backOffices, guests };
  });
  return renderNatsAccounts([
    ...zones,
    ...hubs.map(({ id }): NatsZone => ({
      role: 'hub',
      id,
      services: nkeys(id, HUB_SERVICES),
      guests: nkeys(id, guestsOf(id)),
    })),
  ]);
}

function nkeyOf(file: string): string {
  return existsSync(file) ? publicNkey(file) : generateNatsUser(file);
}
