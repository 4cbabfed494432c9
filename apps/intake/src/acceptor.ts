import { type EventStore, GroupCommit, type NewEvent, type Tx, eventType } from '@besure/event-store';
import type { FactsVault } from '@besure/keys';
import { MAX_ENTRIES, type SealedBytes, encodeSealedFacts } from '@besure/protocol';
import { readKnown, writeAccepted } from './accepted-rows.js';
import { type Verdict, decideGroup, newest } from './decide.js';
import { newEventId } from './event-id.js';
import type { Submission } from './submission.js';

/** What accepting needs. */
export interface AcceptorOptions {
  readonly store: EventStore;
  readonly vault: FactsVault;
  readonly now: () => number;
  /** Told after each commit how many events it added. */
  readonly onAccepted?: (count: number) => void;
}

/** Most events that one transaction takes. */
const MAX_GROUP = 500;
/** How often a group is decided anew because another instance was faster. */
const MAX_RACES = 5;

/** Another instance of intake wrote one of the same hashes. */
class LostRaceError extends Error {
  override readonly name = 'LostRaceError';
}

/**
 * Takes events: whoever waits at the same time shares one transaction.
 *
 * - Durability: a verdict is given after the commit, never before. When the promise rejects, the events may or may not have been stored: the
 *   sender repeats them and learns it.
 * - Consistency: facts are sealed once, here, under a key of each event; the log itself holds ids only.
 * - Concurrency: several instances may run on one schema; the primary keys of the hashes decide between them.
 */
export class Acceptor {
  readonly #options: AcceptorOptions;
  readonly #groups: GroupCommit<Submission, Verdict>;

  constructor(options: AcceptorOptions) {
    this.#options = options;
    this.#groups = new GroupCommit({ work: (group) => this.#acceptGroup(group), maxGroup: MAX_GROUP });
  }

  /** Decides on events and keeps what is new. The verdicts stand in the order of the submissions. */
  accept(submissions: readonly Submission[]): Promise<Verdict[]> {
    return Promise.all(submissions.map((submission) => this.#groups.submit(submission)));
  }

  /** Takes nothing more; resolves when all that was taken is answered. */
  close(): Promise<void> {
    return this.#groups.close();
  }

  async #acceptGroup(group: readonly Submission[]): Promise<Verdict[]> {
    for (let race = 1; ; race += 1) {
      try {
        const verdicts = await this.#options.store.transaction((tx) => this.#decideAndKeep(tx, group));
        const count = verdicts.filter((verdict) => verdict.type === 'accepted').length;
        if (count > 0) this.#options.onAccepted?.(count);
        return verdicts;
      } catch (error) {
        if (!(error instanceof LostRaceError) || race === MAX_RACES) throw error;
      }
    }
  }

  async #decideAndKeep(tx: Tx, group: readonly Submission[]): Promise<Verdict[]> {
    const { store, vault, now } = this.#options;
    const candidates = group.map((submission) => submission.candidate);
    const known = await readKnown(tx, candidates);
    const moment = now();
    const verdicts = decideGroup(candidates, known, () => newEventId(moment));
    const decided = group.map((submission, at) => ({ submission, verdict: verdicts[at]! }));
    const taken = decided.flatMap(({ submission, verdict }) =>
      verdict.type === 'accepted' || verdict.type === 'repeated' ? [{ submission, verdict }] : [],
    );
    if (taken.length === 0) return verdicts;
    const fresh = taken.filter(({ verdict }) => verdict.type === 'accepted');
    const requests = taken.map(({ submission: { id, source, candidate, lookUp }, verdict }) => ({
      ...lookUp,
      name: vault.seal(Buffer.from(JSON.stringify([source, id]))),
      hash: newest(candidate.request),
      content: newest(candidate.content),
      event: verdict.event,
    }));
    const subjects = fresh.map(({ submission: { candidate }, verdict }) => ({
      hash: newest(candidate.subject),
      facts: newest(candidate.facts),
      event: verdict.event,
    }));
    const events = eventsAccepted(
      fresh.map(({ submission, verdict }) => ({ event: verdict.event, submission })),
      vault,
    );
    if (!(await writeAccepted(tx, requests, subjects))) throw new LostRaceError();
    await store.append(tx, events);
    return verdicts;
  }
}

/** The events to store: ids in the data, sealed facts beside them, in groups that fit into one message. */
function eventsAccepted(
  accepted: readonly { readonly event: string; readonly submission: Submission }[],
  vault: FactsVault,
): NewEvent[] {
  const events: NewEvent[] = [];
  for (let from = 0; from < accepted.length; from += MAX_ENTRIES) {
    const entries = accepted.slice(from, from + MAX_ENTRIES);
    events.push({
      stream: `accepted-${entries[0]!.event}`,
      expectedVersion: 0,
      type: eventType('EventsAccepted', 2),
      data: { entries: entries.map(({ event }) => ({ id: event })) },
      attachment: encodeSealedFacts(entries.map(({ submission }) => seal(submission, vault))),
    });
  }
  return events;
}

function seal({ facts }: Submission, vault: FactsVault): SealedBytes {
  const { ciphertext, wrappedKey } = vault.seal(Buffer.from(JSON.stringify(facts)));
  return { ciphertext, key: wrappedKey };
}
