import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  generateFactsKey,
  generateHubKeys,
  generateLedgerKey,
  generateSeatKey,
  generateStatementKey,
  generateWitnessKey,
} from '@besure/keys';
import { encodeBase64url } from '@besure/protocol';
import { type Scope, hashToken, newToken } from '@besure/service';
import type { Member } from './members.js';

/** The files of one organisation's zone. Services get them by path; no key is ever read by another zone. */
export interface OrganisationKeys {
  readonly signingKey: string;
  readonly signingCertificate: string;
  readonly ledgerKey: string;
  readonly witnessKey: string;
  readonly factsKey: string;
  /** Of the member's seat in the board, encrypted, and what opens it. */
  readonly seatKey: string;
  readonly seatPassphrase: string;
  /** The public half, base64url. */
  readonly seat: string;
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
    seatKey: join(folder, 'seat-key.age'),
    seatPassphrase: join(folder, 'seat-passphrase'),
    seat: join(folder, 'seat'),
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
  if (!existsSync(keys.seatKey)) await makeSeat(keys);
  if (!existsSync(keys.token)) makeToken(keys);
  return keys;
}

/** On a machine where the passphrase lies beside the file, a cheap derivation protects as much as a dear one. */
const SEAT_WORK_FACTOR = 10;

async function makeSeat({ seatKey, seatPassphrase, seat }: OrganisationKeys): Promise<void> {
  const passphrase = randomBytes(16).toString('base64url');
  writeFileSync(seatPassphrase, `${passphrase}\n`, { mode: 0o600 });
  const { publicKey } = await generateSeatKey(seatKey, passphrase, SEAT_WORK_FACTOR);
  writeFileSync(seat, `${encodeBase64url(publicKey)}\n`);
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
