import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore } from '@besure/event-store';
import type { Organisation } from '@besure/governance';
import { generateStatementKey, type LedgerSigner, nodePrimitives } from '@besure/keys';
import { hash160 } from '@besure/ledger-tx';
import {
  type Facts,
  type StatementToCountersign,
  claimsOf,
  decodeOpenings,
  encodeBase64url,
} from '@besure/protocol';
import { type AskingContext, askExchange } from '../src/ask-exchange.js';
import { Countersigner } from '../src/countersigner.js';
import { FreshRecords } from '../src/fresh-records.js';
import { FreshStatements } from '../src/fresh-statements.js';
import type { RenewalContext } from '../src/made-anew.js';
import { keepRecords } from '../src/keep-records.js';
import type { ClosingContext } from '../src/slot-closer.js';
import { stateOwnEvents } from '../src/state-own-events.js';
import { StatementMaker } from '../src/statement-maker.js';
import { type ProofZone, accepted, openZone } from './proof-zone.js';

export const IAT = 1_795_341_000;
export const DEADLINE_MILLIS = 5000;
/** Of the stream of proofs. */
export const ENTITY = new Uint8Array(16).fill(7);
/** Short slots, so that a clock can be some slots ahead and still be believed. */
const charter = { slots: { base: 1, startMillis: 0, lengthMillis: 4000 } };

/** The proof services of alpha and of the exchange, with one clock, and nothing that runs by itself. */
export class TwoZones {
  now = IAT * 1000;
  /** When the exchange answered alpha last. */
  readonly answered = { at: 0 };
  /** Alpha is told to stop. */
  readonly stopping = new AbortController();
  /** Alpha's signing keys that the board has ended. */
  readonly ended: Uint8Array[] = [];
  /** How often the exchange met a key that it does not know. */
  unknownKeys = 0;
  /** Statements that either of them has told of as damaged. */
  readonly damaged: string[] = [];
  readonly folder: string;
  alpha: ProofZone;
  exchange: ProofZone;
  readonly #closing: (() => Promise<unknown>)[];

  private constructor(
    folder: string,
    zones: { alpha: ProofZone; exchange: ProofZone },
    closing: (() => Promise<unknown>)[],
  ) {
    this.folder = folder;
    this.alpha = zones.alpha;
    this.exchange = zones.exchange;
    this.#closing = closing;
  }

  /** What alpha closes slots with, where this ledger key publishes from the first block on. */
  closingWith(ledgerSigner: LedgerSigner): ClosingContext {
    return {
      organisation: 'alpha',
      store: this.alpha.store,
      fresh: this.alpha.fresh,
      ledgerSigner,
      keyHash: hash160(ledgerSigner.publicKey),
      sha256: nodePrimitives.sha256,
      sizes: { slot: 100, part: 100 },
      mostAheadMillis: 150_000,
      renewal: null,
      publishesSince: () => 0,
      iatOf: () => IAT,
      streamEntity: () => ENTITY,
    };
  }

  static async open(): Promise<TwoZones> {
    const folder = mkdtempSync(join(tmpdir(), 'besure-proof-'));
    const closing: (() => Promise<unknown>)[] = [];
    const open = (id: string): Promise<ProofZone> => openZone(id, folder, (close) => closing.push(close));
    const [alpha, exchange] = await Promise.all([open('alpha'), open('exchange')]);
    return new TwoZones(folder, { alpha, exchange }, closing);
  }

  async close(): Promise<void> {
    for (const close of this.#closing.toReversed()) await close();
    rmSync(this.folder, { recursive: true });
  }

  /** From now on nobody remembers what is not in a database. */
  restart(): void {
    const forgotten = (): Pick<ProofZone, 'fresh' | 'freshRecords'> => ({
      fresh: new FreshStatements(1000),
      freshRecords: new FreshRecords(1000),
    });
    this.alpha = { ...this.alpha, ...forgotten() };
    this.exchange = { ...this.exchange, ...forgotten() };
  }

  /** The board gives alpha another signing key, which it has from now on. */
  async rotateSigningKey(): Promise<void> {
    this.ended.push(this.alpha.signer.publicKey);
    const name = `alpha-${this.ended.length}`;
    const signer = await generateStatementKey(
      { keyFile: join(this.folder, `${name}.pem`), certificateFile: join(this.folder, `${name}.crt`) },
      { organisation: 'alpha', notBefore: new Date(0), notAfter: new Date(4_000_000_000_000) },
    );
    this.alpha = { ...this.alpha, signer };
  }

  /** How alpha makes statements anew. */
  renewal(mayMake = true): RenewalContext {
    return {
      organisation: 'alpha',
      ...this.alpha,
      maker: this.#maker(),
      primitives: nodePrimitives,
      ended: () => this.ended.map((key, at) => ({ key: encodeBase64url(key), until: (at + 1) * 100 })),
      mayMake: () => mayMake,
      now: () => this.now,
      issuedAt: () => IAT,
    };
  }

  /** In alpha: events of its back office. Answers of how many it made a statement. */
  state(...all: Facts[]): Promise<number> {
    const { store, vault } = this.alpha;
    const context = {
      organisation: 'alpha',
      ...this.alpha,
      maker: this.#maker(),
      now: () => this.now,
      issuedAt: () => IAT,
    };
    return store.transaction((tx) => stateOwnEvents(context, tx, accepted(vault, ...all)));
  }

  /** At the exchange: events of its back office. */
  record(...all: Facts[]): Promise<number> {
    const { store, vault } = this.exchange;
    return store.transaction((tx) => keepRecords(this.exchange, tx, accepted(vault, ...all)));
  }

  countersigner(clock = IAT, freshRecords = this.exchange.freshRecords): Countersigner {
    return new Countersigner({
      exchange: 'exchange',
      charter,
      toleranceSeconds: 300,
      onUnknownKey: () => (this.unknownKeys += 1),
      onDamaged: (statement) => this.damaged.push(statement),
      onKeyMissing: () => {},
      primitives: nodePrimitives,
      now: () => this.now,
      issuedAt: () => clock,
      ...this.exchange,
      freshRecords,
    });
  }

  /** How alpha asks, where `request` is the way to the exchange. */
  asking(request: AskingContext['request']): AskingContext {
    return {
      ...this.alpha,
      primitives: nodePrimitives,
      charter,
      exchange: { id: 'exchange', signingKeys: [this.exchange.signer.publicKey] },
      deadlineMillis: DEADLINE_MILLIS,
      askingSince: 0,
      answered: this.answered,
      stopping: this.stopping.signal,
      onDamaged: (statement) => this.damaged.push(statement),
      onKeyMissing: () => {},
      now: () => this.now,
      request,
    };
  }

  /** Alpha asks, and the exchange, with this clock, answers. */
  ask(clock = IAT): Promise<number> {
    const member = this.memberAlpha();
    return askExchange(this.asking((statements) => this.countersigner(clock).answer(member, statements)));
  }

  /** A statement of alpha, made without any of the services' own checks. */
  crafted(stated: Facts, iat = IAT): StatementToCountersign {
    const { jws, openings, openingsKey } = this.#maker().make(claimsOf(stated), iat);
    const opened = this.alpha.vault.open({ ciphertext: openings, wrappedKey: openingsKey });
    return { jws, disclosures: decodeOpenings(opened) };
  }

  memberAlpha(): Organisation {
    return {
      id: 'alpha',
      name: 'Alpha',
      role: 'organisation',
      from: 0,
      until: null,
      signingKeys: [...this.ended, this.alpha.signer.publicKey].map((key, at) => ({
        key: encodeBase64url(key),
        from: at * 100,
        until: at < this.ended.length ? (at + 1) * 100 : null,
        compromisedFrom: null,
      })),
      ledgerKeys: [],
      seats: [],
      suspensions: [],
    };
  }

  #maker(): StatementMaker {
    return new StatementMaker({ issuer: 'alpha', ...this.alpha, sha256: nodePrimitives.sha256 });
  }
}

/** The states of all statements, in the order in which they were prepared. */
export async function statesOf(store: EventStore): Promise<string[]> {
  const rows = await store.transaction((tx) =>
    tx.query<{ state: string }[]>('SELECT state FROM statement ORDER BY prepared_at, id'),
  );
  return rows.map((row) => row.state);
}
