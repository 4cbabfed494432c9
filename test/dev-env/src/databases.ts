import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Postgres } from '@besure/testing';
import pg from 'pg';
import type { ServiceName } from './service-environment.js';

/** One database per zone, one user per service and zone, who owns its own schema there and sees no other's. */
export interface ZoneDatabase {
  readonly url: (service: ServiceName) => string;
}

/** Makes database and users of a zone where they are missing. Passwords are kept in `folder`. */
export async function zoneDatabase(
  postgres: Postgres,
  folder: string,
  zone: string,
  services: readonly ServiceName[],
): Promise<ZoneDatabase> {
  const passwords = passwordsOf(folder, services);
  const database = nameOf(zone);
  const admin = new pg.Client({ connectionString: postgres.url });
  await admin.connect();
  try {
    const { rows } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (rows.length === 0) {
      await admin.query(`CREATE DATABASE ${database}`);
      await admin.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
    }
    for (const service of services) {
      const user = userOf(zone, service);
      const found = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [user]);
      if (found.rows.length === 0) await admin.query(`CREATE ROLE ${user} LOGIN`);
      // The password is base64url: it needs no escape, and a role's password cannot be a parameter.
      await admin.query(`ALTER ROLE ${user} PASSWORD '${passwords[service]}'`);
      await admin.query(`GRANT CONNECT, CREATE ON DATABASE ${database} TO ${user}`);
      // To know on which disk the data lie: intake refuses before that one is full.
      if (service === 'intake') await admin.query(`GRANT pg_read_all_settings TO ${user}`);
    }
  } finally {
    await admin.end();
  }
  return {
    url: (service) =>
      postgres.urlOf(database, { name: userOf(zone, service), password: passwords[service]! }),
  };
}

/** The database of a zone, on a server whose URL names its user. */
export function zoneDatabaseUrl(postgres: string, zone: string): string {
  const url = new URL(postgres);
  url.pathname = `/${nameOf(zone)}`;
  return url.href;
}

function userOf(zone: string, service: ServiceName): string {
  return nameOf(`${zone}_${service}`);
}

/** Names that PostgreSQL takes without quotes. */
function nameOf(text: string): string {
  return text.replaceAll('-', '_');
}

function passwordsOf(folder: string, services: readonly ServiceName[]): Record<string, string> {
  const path = join(folder, 'database-passwords.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  const passwords = Object.fromEntries(
    services.map((service) => [service, randomBytes(24).toString('base64url')]),
  );
  writeFileSync(path, JSON.stringify(passwords), { mode: 0o600 });
  return passwords;
}
