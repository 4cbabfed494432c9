/** A place in an adapter where something takes effect outside of this process, and where it can therefore go wrong. */
export interface FaultPoint {
  readonly adapter: 'commit' | 'publish' | 'request' | 'answer' | 'ledger' | 'fetch';
  /** Which end of the adapter: a database's schema, a connection to the bus, the address of a server. */
  readonly at: string;
  /** What is affected or asked for: a schema, stream, subject, method or kind of path. */
  readonly target: string;
  /** What the effect consists of, as far as the adapter knows: see `mark`. */
  readonly marks: readonly string[];
  /** What the adapter itself throws where the other end breaks off, and nobody knows whether there was an effect. */
  readonly lost: () => Error;
}

/** Goes wrong: calls the effect never, once or twice, early or late, and answers or throws what the adapter is to see of it. */
export type Fault = <T>(effect: () => Promise<T>) => Promise<T>;

/** Chooses the fault for a point that was just reached; null lets the effect happen. */
export type FindFault = (point: FaultPoint) => Fault | null;

const NONE: readonly string[] = [];

let find: FindFault | null = null;
let marks = new WeakMap<object, string[]>();

/** Lets the effect happen, unless a test has installed something else. In production it costs one comparison. */
export function atFaultPoint<T>(point: FaultPoint, effect: () => Promise<T>): Promise<T> {
  if (find === null) return effect();
  const fault = find(point);
  return fault === null ? effect() : fault(effect);
}

/** Notes what a piece of work (a transaction) does, for the point at which it takes effect. Nothing is kept unless a test has installed faults. */
export function mark(work: object, what: string, name: string): void {
  if (find === null) return;
  const known = marks.get(work);
  const text = `${what} ${name}`;
  if (known === undefined) marks.set(work, [text]);
  else if (!known.includes(text)) known.push(text);
}

/** What a piece of work was marked with. */
export function marksOf(work: object): readonly string[] {
  return find === null ? NONE : (marks.get(work) ?? NONE);
}

/** Whether somebody looks at marks: for those that cost something. */
export function isMarked(): boolean {
  return find !== null;
}

/** For `installFaults` alone. */
export function setFindFault(next: FindFault | null): void {
  find = next;
  marks = new WeakMap();
}
