import type { CloudEvent } from '../back-office.js';
import type { Matter } from './matter.js';

/** What intake does with a well-formed event that may be stated: decided here, not asked of it. */
export type Outcome = 'accepted' | 'repeated' | 'replayed' | 'id-reused' | 'already-stated';

/** An event that a zone has acknowledged. */
export interface Acknowledged {
  readonly zone: string;
  readonly event: CloudEvent;
  readonly matter: Matter;
}

/** How an acknowledged event ends. */
export interface FinalState {
  readonly source: string;
  readonly id: string;
  readonly state: 'complete' | 'one-sided' | 'record';
  readonly disputed: boolean;
  /** What the verifier says of its evidence; null where there is none. */
  readonly verdict: 'proven' | 'late' | 'one-sided' | null;
  /** Under the same subject there is one statement, however many names it got. */
  readonly subject: string;
}

interface Stated extends Matter {
  readonly statedAt: number;
}

interface Zone {
  readonly requests: Map<string, Acknowledged & { readonly subject: string }>;
  readonly subjects: Map<string, Stated>;
}

/** What of the charter a prediction needs. */
export interface ModelRules {
  readonly exchange: string;
  readonly toleranceSeconds: number;
  readonly largestLagSeconds: number;
}

/**
 * What the back offices of a network know: everything that was acknowledged to them, and so everything that has to be there in the end. It
 * decides anew, from the rules and not from the services' code, what intake answers and how each event ends.
 */
export class Model {
  readonly #rules: ModelRules;
  readonly #zones = new Map<string, Zone>();

  constructor(rules: ModelRules) {
    this.#rules = rules;
  }

  /** Says what becomes of an event that is sent now, and keeps it where it is taken. */
  take(zone: string, matter: Matter, event: CloudEvent): Outcome {
    const { requests, subjects } = this.#zone(zone);
    const name = nameOf(event);
    const known = requests.get(name);
    if (known !== undefined) return sameMatter(known.matter, matter) ? 'replayed' : 'id-reused';
    const subject = subjectOf(matter);
    const stated = subjects.get(subject);
    if (stated !== undefined && !sameStatement(stated, matter)) return 'already-stated';
    requests.set(name, { zone, event, matter, subject });
    if (stated === undefined) subjects.set(subject, { ...matter, statedAt: Date.now() });
    return stated === undefined ? 'accepted' : 'repeated';
  }

  /** How many names a zone has acknowledged, repeats included. */
  acknowledged(zone: string): number {
    return this.#zone(zone).requests.size;
  }

  /** How everything that a zone has acknowledged ends. */
  finalStates(zone: string): FinalState[] {
    const { requests, subjects } = this.#zone(zone);
    return [...requests.values()].map(({ event: { source, id }, subject }) => {
      const end = this.#end(zone, subject, subjects.get(subject)!);
      return { source, id, subject, ...end };
    });
  }

  #end(zone: string, subject: string, stated: Stated): Pick<FinalState, 'state' | 'disputed' | 'verdict'> {
    const { exchange, toleranceSeconds, largestLagSeconds } = this.#rules;
    if (zone === exchange) return { state: 'record', disputed: false, verdict: null };
    const record = this.#zone(exchange).subjects.get(subject);
    const isParty =
      record !== undefined &&
      [record.data.sender, record.data.recipient].some(({ organisation }) => organisation === zone);
    // Who is no party learns nothing: it is as if there were no record.
    if (!isParty) return { state: 'one-sided', disputed: false, verdict: 'one-sided' };
    if (
      contentOf(stated) !== contentOf(record) ||
      Math.abs(stated.time.getTime() - record.time.getTime()) > toleranceSeconds * 1000
    )
      return { state: 'one-sided', disputed: true, verdict: 'one-sided' };
    const isLate = stated.statedAt - stated.time.getTime() > largestLagSeconds * 1000;
    return { state: 'complete', disputed: false, verdict: isLate ? 'late' : 'proven' };
  }

  #zone(name: string): Zone {
    let zone = this.#zones.get(name);
    if (zone === undefined) {
      zone = { requests: new Map(), subjects: new Map() };
      this.#zones.set(name, zone);
    }
    return zone;
  }
}

/** The name that makes an event one and the same, in its zone. */
export function nameOf({ source, id }: { readonly source: string; readonly id: string }): string {
  return JSON.stringify([source, id]);
}

/** What can be stated once only. */
function subjectOf({ event, data }: Matter): string {
  return JSON.stringify([data.message, event.uri, data.corrects ?? null]);
}

/** Everything that is said, but for the moment. */
function contentOf({ event, data }: Matter): string {
  const { message, sender, recipient, document, reason = null, corrects = null } = data;
  const party = ({ scheme, id, organisation }: typeof sender): readonly string[] => [
    scheme,
    id,
    organisation,
  ];
  const { mediaType, size, sha256, sha3_512 } = document;
  return JSON.stringify([
    event.uri,
    message,
    party(sender),
    party(recipient),
    [mediaType, size, sha256, sha3_512],
    reason,
    corrects,
  ]);
}

function sameMatter(a: Matter, b: Matter): boolean {
  return contentOf(a) === contentOf(b) && a.time.getTime() === b.time.getTime();
}

/** Of `consulted` the first time counts. */
function sameStatement(a: Matter, b: Matter): boolean {
  return a.event.shortName === 'consulted' ? contentOf(a) === contentOf(b) : sameMatter(a, b);
}
