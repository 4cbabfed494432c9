import type { EventProblem } from './event-problem.js';

/**
 * What intake has to know of an event to decide on it: keyed hashes, and no fact. Each list holds the same text hashed under every
 * facts key of the zone, newest first, so that a repeat is recognised after the key was replaced.
 */
export interface Candidate {
  /** Of source and id. */
  readonly request: readonly string[];
  /** Of source, id and all facts. */
  readonly content: readonly string[];
  /** Of message, event and what it corrects: what can be stated once only. */
  readonly subject: readonly string[];
  /** Of all facts; of `consulted` without the time, because only the first time counts. */
  readonly facts: readonly string[];
  /** Why it cannot be taken if it is new. A repeat is answered as the first time, whatever the clock or the charter say by now. */
  readonly objection: EventProblem | null;
}

/** What is kept of an accepted request. `event` is the accepted event whose state it has. */
export interface KnownRequest {
  readonly content: string;
  readonly event: string;
}

/** What is kept of a subject that was stated. */
export interface KnownSubject {
  readonly facts: string;
  readonly event: string;
}

/** What the database holds under the candidates' hashes. */
export interface Known {
  readonly requests: ReadonlyMap<string, KnownRequest>;
  readonly subjects: ReadonlyMap<string, KnownSubject>;
}

/**
 * The answer to one candidate: `accepted` is a new event, `repeated` the same facts under a new id (its state is the original's),
 * `replayed` the same id again.
 */
export type Verdict =
  | { readonly type: 'accepted'; readonly event: string }
  | { readonly type: 'repeated'; readonly event: string }
  | { readonly type: 'replayed'; readonly event: string }
  | { readonly type: 'refused'; readonly problem: EventProblem };

/**
 * Decides on a group, in order, so that the second of two equal candidates in one group is answered as if it had come later.
 *
 * @param newId gives the id of each event that is accepted
 */
export function decideGroup(candidates: readonly Candidate[], known: Known, newId: () => string): Verdict[] {
  const requests = new Map(known.requests);
  const subjects = new Map(known.subjects);
  return candidates.map((candidate) => {
    const verdict = decideOne(candidate, { requests, subjects }, newId);
    if (verdict.type === 'accepted') {
      subjects.set(newest(candidate.subject), { facts: newest(candidate.facts), event: verdict.event });
    }
    if (verdict.type === 'accepted' || verdict.type === 'repeated') {
      requests.set(newest(candidate.request), { content: newest(candidate.content), event: verdict.event });
    }
    return verdict;
  });
}

function decideOne(candidate: Candidate, known: Known, newId: () => string): Verdict {
  const request = find(known.requests, candidate.request);
  if (request !== undefined) {
    return candidate.content.includes(request.content)
      ? { type: 'replayed', event: request.event }
      : {
          type: 'refused',
          problem: { code: 'id-reused', field: 'id', rule: 'the same id, the same content' },
        };
  }
  if (candidate.objection !== null) return { type: 'refused', problem: candidate.objection };
  const subject = find(known.subjects, candidate.subject);
  if (subject === undefined) return { type: 'accepted', event: newId() };
  return candidate.facts.includes(subject.facts)
    ? { type: 'repeated', event: subject.event }
    : {
        type: 'refused',
        problem: {
          code: 'already-stated',
          field: 'data.message',
          rule: 'one statement for each message, event and correction',
        },
      };
}

function find<T>(map: ReadonlyMap<string, T>, hashes: readonly string[]): T | undefined {
  for (const hash of hashes) {
    const found = map.get(hash);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The hash under the newest key, under which new rows are written. */
export function newest(hashes: readonly string[]): string {
  const [first] = hashes;
  if (first === undefined) throw new RangeError('a candidate needs a hash under at least one key');
  return first;
}
