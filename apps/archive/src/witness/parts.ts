import type { Worker } from '@besure/event-store';
import { rightsLogOf } from '@besure/governance';
import type { Db } from '@besure/log-store';
import { type Bus, MessagingError, request } from '@besure/messaging';
import { parseCosignAnswer, SUBJECTS } from '@besure/protocol';
import { answerMillis, type Running } from '@besure/service/zone';
import { logSource, logStoreOf, type Shared, worker } from '../parts.js';
import { type Contradiction, Contradictions } from './contradictions.js';
import { Cosigner } from './cosigner.js';
import { HubWatch, type WitnessContext } from './hub-watch.js';
import { OwnSignatures } from './own-signatures.js';
import { KnownNotes } from './known-notes.js';
import { CheckpointReader } from './seen-checkpoint.js';
import { Staleness } from './staleness.js';

/** The log of rights grows rarely, and a hint says when. */
const RIGHTS_LOOKS_PER_SLOT = 0.2;
/** A hub that stands still for so long, while others go on, is behind for more than a moment. */
const STALE_SLOTS = 24;

/** What watches one log of every hub. */
export type WitnessPart = Running & { wake(): void };

/** Watches both logs of every hub, each by itself. `buses` are those of the hubs, in their order; `now` in milliseconds since 1970. */
export function witnessParts(
  shared: Shared,
  db: Db,
  buses: readonly Bus[],
  now: () => number = Date.now,
): { readonly proofs: WitnessPart; readonly rights: WitnessPart } {
  return {
    proofs: witnessOf('witnessed', shared, db, buses, now),
    rights: witnessOf('rights', shared, db, buses, now),
  };
}

/** Cosigns what is consistent, and gives each hub the signatures that it lacks. */
function witnessOf(
  name: 'witnessed' | 'rights',
  shared: Shared,
  db: Db,
  buses: readonly Bus[],
  now: () => number,
): WitnessPart {
  const { config, charters, store, log: serviceLog, metrics, primitives } = shared;
  const { organisation, charter, hubs } = config;
  const isRights = name === 'rights';
  const log = logStoreOf(config, name);
  const sources = hubs.map(({ logUrl }) => logSource(logUrl, isRights ? 'rights' : 'proofs'));
  const reader = new CheckpointReader(
    () => (isRights ? rightsLogOf(charters.charter) : charters.charter),
    primitives,
  );
  const cosigner = new Cosigner({ store, log, key: shared.witnessKey, now });
  const staleness = new Staleness(STALE_SLOTS * charter.slots.lengthMillis);
  let stale = 0;
  const stopping = new AbortController();
  const workers: Worker[] = [];
  const wake = (): void => workers.forEach((one) => one.wake());
  const context: WitnessContext = {
    store,
    db,
    log,
    reader,
    cosigner,
    ownSignatures: new OwnSignatures({ sources, reader, cosigner }),
    notes: new KnownNotes(wake),
    contradictions: new Contradictions({
      store,
      db,
      log,
      reader,
      sources,
      onCaught({ kind, hub, source, theirs }: Contradiction): void {
        metrics.gauge('besure_alarms').inc({ kind });
        serviceLog.error('a hub contradicts itself or the log', {
          kind,
          hub,
          url: source,
          size: theirs.body.size,
        });
        wake();
      },
    }),
    onShown(hub, shown, size) {
      // Where nothing is decided, nothing is shown: that a hub stands still, the log of proofs tells.
      if (isRights) return;
      const count = staleness.see(hub, shown, size, Date.now());
      if (count !== stale) metrics.gauge('besure_alarms').set({ kind: 'hub-stale' }, count);
      stale = count;
    },
    onRefused: (url) => serviceLog.info('a hub shows notes that no hub has signed: left out', { url }),
    onWitnessed(size) {
      if (!isRights) metrics.gauge('besure_witnessed_size').set(size);
    },
    signal: stopping.signal,
  };
  for (const [i, source] of sources.entries()) {
    const hand = async (checkpoints: readonly string[]): Promise<void> => {
      const options = { timeoutMillis: answerMillis(charter), signal: stopping.signal };
      const subject = SUBJECTS.cosign(organisation);
      parseCosignAnswer(await request(buses[i]!, subject, { checkpoints }, options));
    };
    const watch = new HubWatch(
      { source, hand, tell: (note) => hand([note]).then(() => 'taken' as const, otherRoot) },
      context,
    );
    const looksPerSlot = isRights ? RIGHTS_LOOKS_PER_SLOT : 1;
    workers.push(worker(shared, 'witnessing', () => watch.round(), { url: source.name, looksPerSlot }));
  }
  return {
    wake,
    start: () => workers.forEach((one) => one.start()),
    async stop() {
      stopping.abort();
      await Promise.all(workers.map((one) => one.stop()));
    },
  };
}

/** A hub that refuses a checkpoint because its own is another has heard of it. */
function otherRoot(error: unknown): 'other-root' {
  if (!(error instanceof MessagingError) || error.refusal !== 'other-root') throw error;
  return 'other-root';
}
