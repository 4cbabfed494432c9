import { formatState, replay, stateDigest } from '@besure/governance';
import { decodeHex } from '@besure/protocol';
import { primitives } from '../../libs/governance/test/board.ts';

type Content = Readonly<Record<string, unknown>>;

/** Replays a log of rights. Throws where its last entry is refused, or where one is none. */
export function readRights({ network, entries }: Content): Content {
  const { state, outcomes } = replay(
    null,
    (entries as readonly string[]).map(decodeHex),
    primitives,
    network as string,
  );
  const last = outcomes.at(-1)!;
  if ('refused' in last && outcomes.slice(0, -1).every((outcome) => 'did' in outcome))
    throw Object.assign(new Error(last.rule), { code: last.refused, field: last.field });
  if (state === null) throw new Error('there is no charter in it');
  return {
    outcomes: outcomes.map((outcome) => ('did' in outcome ? outcome : { refused: outcome.refused })),
    state: formatState(state),
    digest: stateDigest(state, primitives.sha256),
  };
}
