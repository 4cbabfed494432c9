import { openDecision } from '@besure/verification';
import { nodePrimitives } from '../../libs/verification/src/contract/node-primitives.ts';

type Content = Readonly<Record<string, unknown>>;

/** Opens a decision file. */
export function readDecision({ text, network }: Content): Content {
  const { proposal, size, height, confirmedAt } = openDecision(
    text as string,
    network as string,
    nodePrimitives,
  );
  const { id, status, closed, votes } = proposal;
  return { proposal: id, status, closed, votes, size, height, confirmed: confirmedAt };
}
