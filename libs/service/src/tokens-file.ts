import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { ServiceLog } from './log.js';
import { RereadFiles } from './reread-files.js';

/** What a caller may do. */
export const SCOPES = ['events:write', 'events:read', 'evidence:read', 'audit:read'] as const;
export type Scope = (typeof SCOPES)[number];

/**
 * By what a caller is known, as the tokens file names it: the SHA-256 of a token, the SHA-256 of the public key of a client certificate, or a
 * user of the bus.
 */
export interface Credential {
  readonly kind: 'token' | 'certificate' | 'bus-user';
  readonly value: string;
}

/** Who calls. */
export interface Caller {
  /** Who it was: for audit trails and for counting. */
  readonly credential: Credential;
  /** The organisation that the credential was given to, where the file says so. */
  readonly organisation: string | null;
  /** CloudEvent sources it may speak for; `*` means all. */
  readonly sources: readonly string[];
  readonly scopes: readonly Scope[];
  /** Events that it may hand in per second, where the file says so. */
  readonly eventsPerSecond: number | null;
}

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const rights = {
  organisation: z.string().optional(),
  sources: z.array(z.string().min(1)),
  scopes: z.array(z.enum(SCOPES)),
  eventsPerSecond: z.int().min(1).max(1_000_000).optional(),
};
const entry = z.union([
  z.strictObject({ sha256: hash, ...rights }),
  z.strictObject({ publicKeySha256: hash, ...rights }),
  z.strictObject({ busUser: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/), ...rights }),
]);
const entries = z.array(entry).max(10_000);
type Entry = z.output<typeof entry>;

const FORM = '{sha256 | publicKeySha256 | busUser, organisation?, sources, scopes, eventsPerSecond?}';

/** SHA-256 of a token as the file holds it. Tokens are random, so a plain hash is enough. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex');
}

/** A new token of 256 random bits. */
export function newToken(): string {
  return `besure_${randomBytes(32).toString('base64url')}`;
}

/** A credential as one word. */
export function credentialKey({ kind, value }: Credential): string {
  return `${kind}:${value}`;
}

function credentialOf(one: Entry): Credential {
  if ('sha256' in one) return { kind: 'token', value: one.sha256 };
  if ('publicKeySha256' in one) return { kind: 'certificate', value: one.publicKeySha256 };
  return { kind: 'bus-user', value: one.busUser };
}

function parse(text: string): Map<string, Caller> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TypeError('the tokens file is not JSON');
  }
  const parsed = entries.safeParse(value);
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new TypeError(`the tokens file is not a list of ${FORM} (at ${path})`);
  }
  const callers = new Map<string, Caller>();
  parsed.data.forEach((one, index) => {
    const { organisation = null, sources, scopes, eventsPerSecond = null } = one;
    const credential = credentialOf(one);
    const key = credentialKey(credential);
    if (callers.has(key))
      throw new TypeError(`the tokens file is not clear: ${index} has a credential of before`);
    callers.set(key, { credential, organisation, sources, scopes, eventsPerSecond });
  });
  return callers;
}

/**
 * Who may call a service: a JSON list of what they are known by and what they may do. Read again when the file changes; while a changed file is
 * broken, the last good one counts.
 */
export class TokensFile {
  readonly #callers: RereadFiles<Map<string, Caller>>;

  /** Throws when the file cannot be read or is broken. */
  constructor(path: string, log: ServiceLog, checkMillis?: number) {
    this.#callers = new RereadFiles({
      paths: [path],
      read: () => parse(readFileSync(path, 'utf8')),
      checkMillis,
      onFault: (error) => log.error('tokens file cannot be used, the last good one counts', { error }),
      onReread: ({ size }) => log.info('tokens read again', { count: size }),
    });
  }

  /** Null when the credential is unknown. */
  find(credential: Credential): Caller | null {
    return this.#callers.current.get(credentialKey(credential)) ?? null;
  }
}

/** True when a caller may speak for a CloudEvent source. */
export function mayUseSource(caller: Pick<Caller, 'sources'>, source: string): boolean {
  return caller.sources.includes('*') || caller.sources.includes(source);
}
