import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import type { ServiceLog } from './log.js';

/** What a token may do. */
export const SCOPES = ['events:write', 'events:read', 'evidence:read', 'audit:read'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who calls. */
export interface Caller {
  /** SHA-256 of the token, as the file holds it: who it was, for audit trails. */
  readonly tokenHash: string;
  /** The organisation that the token was given to, where the file says so. */
  readonly organisation: string | null;
  /** CloudEvent sources it may speak for; `*` means all. */
  readonly sources: readonly string[];
  readonly scopes: readonly Scope[];
}

const entry = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  organisation: z.string().optional(),
  sources: z.array(z.string().min(1)),
  scopes: z.array(z.enum(SCOPES)),
});
const entries = z.array(entry).max(10_000);

/** SHA-256 of a token as the file holds it. Tokens are random, so a plain hash is enough. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex');
}

/** A new token of 256 random bits. */
export function newToken(): string {
  return `besure_${randomBytes(32).toString('base64url')}`;
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
    throw new TypeError(
      `the tokens file is not a list of {sha256, organisation?, sources, scopes} (at ${path})`,
    );
  }
  return new Map(
    parsed.data.map(({ sha256, organisation, sources, scopes }) => [
      sha256,
      { tokenHash: sha256, organisation: organisation ?? null, sources, scopes },
    ]),
  );
}

/**
 * The tokens that a service accepts: a JSON list of `{sha256, organisation?, sources, scopes}`. Read again when the file
 * changes, looked at no more than once in `checkMillis`; while a changed file is broken, the last good one counts.
 */
export class TokensFile {
  readonly #path: string;
  readonly #log: ServiceLog;
  readonly #checkMillis: number;
  #callers: Map<string, Caller>;
  #version: string;
  #checkedAt = performance.now();

  /** Throws when the file cannot be read or is broken. */
  constructor(path: string, log: ServiceLog, checkMillis = 1000) {
    this.#path = path;
    this.#log = log;
    this.#checkMillis = checkMillis;
    this.#version = this.#fileVersion();
    this.#callers = parse(readFileSync(path, 'utf8'));
  }

  #fileVersion(): string {
    const { mtimeNs, ctimeNs, ino, size } = statSync(this.#path, { bigint: true });
    return `${mtimeNs} ${ctimeNs} ${ino} ${size}`;
  }

  #refresh(): void {
    const now = performance.now();
    if (now - this.#checkedAt < this.#checkMillis) return;
    this.#checkedAt = now;
    try {
      const version = this.#fileVersion();
      if (version === this.#version) return;
      // Noted before reading: a file that changes in between is read again, and a broken one is reported once.
      this.#version = version;
      this.#callers = parse(readFileSync(this.#path, 'utf8'));
      this.#log.info('tokens read again', { count: this.#callers.size });
    } catch (error) {
      this.#log.error('tokens file cannot be used, the last good one counts', { error });
    }
  }

  /** Null when the token is unknown. */
  find(token: string): Caller | null {
    this.#refresh();
    return this.#callers.get(hashToken(token)) ?? null;
  }
}

/** True when a caller may speak for a CloudEvent source. */
export function mayUseSource(caller: Pick<Caller, 'sources'>, source: string): boolean {
  return caller.sources.includes('*') || caller.sources.includes(source);
}
