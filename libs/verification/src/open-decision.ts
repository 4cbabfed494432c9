import { parseDecision, type Proposal } from '@besure/governance';
import type { Primitives } from '@besure/protocol';
import { DecisionError } from './error.js';
import { openHeldRights, readingHeldRights } from './open-held-rights.js';

/** What a decision file says. */
export interface OpenedDecision {
  readonly proposal: Proposal;
  /** The checkpoint with the lines that count, and no others. */
  readonly checkpoint: string;
  /** How much of the log is in it, up to which height, and the latest time of which a quorum says that this was all (POSIX seconds). */
  readonly size: number;
  readonly height: number;
  readonly confirmedAt: number;
}

/**
 * Opens a decision file of a network: see specs/rights.md, "Decision file".
 *
 * @throws DecisionError `decision-malformed`, `decision-not-confirmed`, `decision-unknown`
 */
export function openDecision(file: string, network: string, primitives: Primitives): OpenedDecision {
  return readingHeldRights(
    () => {
      const { proposal: id, ...held } = parseDecision(file);
      const { state, size, confirmation } = openHeldRights(held, network, primitives);
      const proposal = state.proposals.find((one) => one.id === id);
      if (proposal === undefined)
        throw new DecisionError('decision-unknown', `the log has no proposal ${id}`);
      const { note: checkpoint, upheldTime: confirmedAt } = confirmation;
      return { proposal, checkpoint, size, height: state.height, confirmedAt };
    },
    (fault, message, options) => new DecisionError(`decision-${fault}`, message, options),
  );
}
