import type { FaultPoint } from '@besure/fault-points';
import type { FaultKind, IsAt } from './fault-board.js';
import type { Recording } from '../traffic.js';

/** Where an effect on the path of an event takes place, and how it is made to go wrong there. */
export interface Step {
  readonly name: string;
  /** The service whose effect it is, by its name in a network; of what many do, any name that no other step has. */
  readonly service: string;
  readonly isAt: IsAt;
  readonly faults: readonly FaultKind[];
  /** The fault waits until this was reached: for what happens without end, and matters only then. */
  readonly since?: IsAt;
  readonly record?: Recording;
}

/** Faults that go together. */
export const ALL = ['before', 'after', 'slow', 'killed-before', 'killed-after'] as const;
export const LOST_OR_KILLED = ['before', 'after', 'killed-after'] as const;
export const LOST = ['before', 'after'] as const;
export const SENT = ['before', 'after', 'twice', 'slow'] as const;

/** A commit of a service whose transaction did all of this, and nothing that begins like one of those. */
export function commit(service: string, does: readonly string[], not: readonly string[] = []): IsAt {
  const at = service === 'hub-ledger-writer' ? 'hub.ledger_writer' : service.replace('-', '.');
  return ({ adapter, at: reached, marks }) =>
    adapter === 'commit' &&
    reached === at &&
    // Whatever version of an event it appends.
    does.every((mark) => marks.some((one) => one.replace(/\.v\d+$/, '') === mark)) &&
    !marks.some((mark) => not.some((start) => mark.startsWith(start)));
}

/** An effect of an adapter on that target; of any end of it where none is said. */
export function effect(adapter: FaultPoint['adapter'], target: string, at?: string): IsAt {
  return (point) =>
    point.adapter === adapter && point.target === target && (at === undefined || point.at === at);
}

/** A request for a part of a log that a hub serves: that of rights stands below the other. */
export function fetching(target: string, log: 'proofs' | 'rights'): IsAt {
  const isFetched = effect('fetch', target);
  return (point) => isFetched(point) && point.at.endsWith('/rights') === (log === 'rights');
}
