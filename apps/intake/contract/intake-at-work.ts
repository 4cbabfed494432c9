import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStore, openDataSource } from '@besure/event-store';
import { charter } from './charter.ts';
import { ephemeralFactsVault } from '@besure/keys';
import { type RunningService, type Scope, hashToken, newToken, runService } from '@besure/service';
import { apiFetch, freshDatabase, startNats } from '@besure/testing';
import type { IntakeConfig } from '../src/configuration.js';
import { intakeService } from '../src/service.js';

const A = 'A'.repeat(43);

/** An answer, read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown> & { readonly results?: Record<string, unknown>[] };
}

/** A good event of organisation alpha. */
export function sentEvent(
  change: Record<string, unknown> = {},
  data: Record<string, unknown> = {},
): Record<string, unknown> & { data: Record<string, unknown> } {
  return {
    specversion: '1.0',
    id: 'event-1',
    source: '/back-office',
    type: 'be.besure.document.sent.v1',
    time: new Date(Date.now() - 1000).toISOString(),
    data: {
      message: 'message-1',
      sender: { scheme: 'person', id: '85.07.30-033.61', organisation: 'alpha' },
      recipient: { scheme: 'person', id: '90.01.01-123.45', organisation: 'beta' },
      document: { mediaType: 'text/plain', size: 1, sha256: A, sha3_512: 'A'.repeat(86) },
      ...data,
    },
    ...change,
  };
}

/** The headers of an event in binary mode. */
export function headersOf(event: Readonly<Record<string, unknown>>): Record<string, string> {
  const attributes = ['specversion', 'id', 'source', 'type', 'time'];
  return {
    'content-type': 'application/json',
    ...Object.fromEntries(attributes.map((name) => [`ce-${name}`, encodeURI(String(event[name]))])),
  };
}

/** A real intake with its database and bus, for specs that ask it questions. */
export class IntakeAtWork {
  readonly service: RunningService;
  readonly config: IntakeConfig;
  readonly token: string;
  /** What it logged. */
  readonly log: readonly string[];
  readonly #closers: (() => Promise<unknown>)[];

  private constructor(
    service: RunningService,
    config: IntakeConfig,
    token: string,
    log: readonly string[],
    closers: (() => Promise<unknown>)[],
  ) {
    this.service = service;
    this.config = config;
    this.token = token;
    this.log = log;
    this.#closers = closers;
  }

  static async start(change: Partial<IntakeConfig> = {}): Promise<IntakeAtWork> {
    const folder = mkdtempSync(join(tmpdir(), 'besure-intake-'));
    const tokensFile = join(folder, 'tokens.json');
    const token = newToken();
    writeTokens(tokensFile, [{ token }]);
    // A bus that is given is started and stopped by who gives it.
    const [{ url: databaseUrl }, nats] = await Promise.all([
      freshDatabase(),
      change.bus === undefined ? startNats() : null,
    ]);
    const config: IntakeConfig = {
      http: { port: 0 },
      logLevel: 'error',
      organisation: 'alpha',
      role: 'organisation',
      databaseUrl,
      bus: { url: nats?.url ?? '', credentialsFile: undefined },
      charter,
      hubLogUrls: [],
      vault: ephemeralFactsVault(),
      tokensFile,
      clockToleranceSeconds: 300,
      maxEventAgeSeconds: 86_400,
      maxBacklog: 100_000,
      maxEventsPerSecond: 100_000,
      minFreeBytes: 1,
      ...change,
    };
    await intakeService.migrate!(config, undefined as never);
    const log: string[] = [];
    const service = await runService(intakeService, config, {
      logStream: { write: (line) => void log.push(line) },
    });
    return new IntakeAtWork(service, config, token, log, [
      () => service.stop(),
      async () => nats?.stop(),
      async () => {
        rmSync(folder, { recursive: true, force: true });
      },
    ]);
  }

  /** Sends a body as it is; what the API's description says of answers is checked. */
  async post(
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
    as = this.token,
  ): Promise<Answer> {
    const request = {
      method: 'POST',
      headers: { authorization: `Bearer ${as}`, 'content-type': 'application/cloudevents+json', ...headers },
      body,
    };
    return answerOf(await apiFetch(`${this.service.httpUrl}/v1/events`, request, { badRequest: true }));
  }

  async get(query: Record<string, string>, as = this.token): Promise<Answer> {
    const response = await apiFetch(`${this.service.httpUrl}/v1/events?${new URLSearchParams(query)}`, {
      headers: { authorization: `Bearer ${as}` },
    });
    return answerOf(response);
  }

  /** How many events were accepted, by the log. */
  async accepted(): Promise<number> {
    const dataSource = await openDataSource({ url: this.config.databaseUrl, schema: 'intake' });
    try {
      const events = await new EventStore({ dataSource, schema: 'intake' }).readAll(0, 1000);
      return events.reduce((sum, { data }) => sum + (data as { entries: unknown[] }).entries.length, 0);
    } finally {
      await dataSource.destroy();
    }
  }

  async stop(): Promise<void> {
    for (const close of this.#closers) await close();
  }
}

/** Writes a tokens file. */
export function writeTokens(
  path: string,
  tokens: readonly {
    readonly token: string;
    readonly sources?: readonly string[];
    readonly scopes?: readonly Scope[];
    readonly eventsPerSecond?: number;
  }[],
): void {
  const entries = tokens.map(
    ({ token, sources = ['*'], scopes = ['events:write', 'events:read'], ...more }) => ({
      sha256: hashToken(token),
      sources,
      scopes,
      ...more,
    }),
  );
  writeFileSync(path, JSON.stringify(entries), { mode: 0o600 });
}

async function answerOf(response: Response): Promise<Answer> {
  const { status, headers } = response;
  return { status, headers, body: (await response.json()) as Answer['body'] };
}
