import type { Acceptor } from './acceptor.js';
import type { Verdict } from './decide.js';
import type { EventProblem } from './event-problem.js';
import type { Incoming } from './read-body.js';
import { type CheckContext, type Checked, checkEvent } from './submission.js';

/** What became of one event, for its sender. */
export type EventResult =
  | { readonly ok: true; readonly id: string; readonly source: string; readonly replayed: boolean }
  | {
      readonly ok: false;
      readonly id: string | null;
      readonly source: string | null;
      readonly problem: EventProblem;
    };

/** Checks events, has the good ones accepted, and answers about each in its place. What waits beside others shares their commit. */
export async function takeEvents(
  events: readonly Incoming[],
  context: CheckContext,
  acceptor: Acceptor,
): Promise<EventResult[]> {
  const checked = events.map((event) => checkEvent(event, context));
  const verdicts = await acceptor.accept(checked.flatMap((one) => (one.ok ? [one.submission] : [])));
  let next = 0;
  return checked.map((one) => (one.ok ? resultOf(one, verdicts[next++]!) : one));
}

function resultOf({ submission: { id, source } }: Checked & { ok: true }, verdict: Verdict): EventResult {
  switch (verdict.type) {
    case 'refused':
      return { ok: false, id, source, problem: verdict.problem };
    case 'accepted':
    case 'repeated':
    case 'replayed':
      return { ok: true, id, source, replayed: verdict.type === 'replayed' };
  }
}
