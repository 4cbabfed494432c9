import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  generateFactsKey,
  generateHubKeys,
  generateLedgerKey,
  generateStatementKey,
  generateWitnessKey,
} from '@besure/keys';
import { type Scope, hashToken, newToken } from '@besure/service';
import type { Member } from './members.js';

/** The files of one organisation's zone. Services get them by path; no key is ever read by another zone. */
export interface OrganisationKeys {
  readonly signingKey: string;
  readonly signingCertificate: string;
  readonly ledgerKey: string;
  readonly witnessKey: string;
  readonly factsKey: string;
  /** Hashed tokens, for the services. */
  readonly tokens: string;
  /** The token itself, for the organisation's back office. */
  readonly token: string;
}

const CERTIFICATE_YEARS = 10;

/** Makes the keys of an organisation where they are missing; what is there stays. */
export async function organisationKeys(folder: string, member: Member): Promise<OrganisationKeys> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keys: OrganisationKeys = {
    signingKey: join(folder, 'signing-key.pem'),
    signingCertificate: join(folder, 'signing-certificate.pem'),
    ledgerKey: join(folder, 'ledger-key.hex'),
    witnessKey: join(folder, 'witness-key.pem'),
    factsKey: join(folder, 'facts-key'),
    tokens: join(folder, 'tokens.json'),
    token: join(folder, 'token'),
  };
  if (!existsSync(keys.signingKey)) {
    const notBefore = new Date();
    const notAfter = new Date(notBefore);
    notAfter.setUTCFullYear(notAfter.getUTCFullYear() + CERTIFICATE_YEARS);
    await generateStatementKey(
      { keyFile: keys.signingKey, certificateFile: keys.signingCertificate },
      { organisation: member.name, notBefore, notAfter },
    );
  }
  if (!existsSync(keys.ledgerKey)) generateLedgerKey(keys.ledgerKey);
  if (!existsSync(keys.witnessKey)) generateWitnessKey(keys.witnessKey);
  if (!existsSync(keys.factsKey)) generateFactsKey(keys.factsKey);
  if (!existsSync(keys.token)) makeToken(keys);
  return keys;
}

/** Makes the hub's checkpoint keys where they are missing. */
export function hubKeys(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'hub-keys.json');
  if (!existsSync(path)) generateHubKeys(path);
  return path;
}

/** Reads a token file. */
export function readToken(path: string): string {
  return readFileSync(path, 'utf8').trim();
}

/** What a token may do: for which sources, and what. */
export interface TokenRights {
  readonly sources: readonly string[];
  readonly scopes: readonly Scope[];
}

/** Makes one more token for an organisation's services; they know it when they have looked at the file again. */
export function addToken(tokens: string, { sources, scopes }: TokenRights): string {
  const token = newToken();
  const entries = existsSync(tokens) ? (JSON.parse(readFileSync(tokens, 'utf8')) as unknown[]) : [];
  entries.push({ sha256: hashToken(token), sources, scopes });
  writeFileSync(`${tokens}.new`, `${JSON.stringify(entries, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${tokens}.new`, tokens);
  return token;
}

/** One token per organisation, which may do everything there. */
function makeToken(keys: OrganisationKeys): void {
  const token = addToken(keys.tokens, {
    sources: ['*'],
    scopes: ['events:write', 'events:read', 'evidence:read'],
  });
  writeFileSync(keys.token, `${token}\n`, { mode: 0o600 });
}
