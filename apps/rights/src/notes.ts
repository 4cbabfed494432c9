import {
  applyChange,
  changeSchema,
  CharterError,
  parseNote,
  replay,
  type RightsRefusal,
  type RightsState,
} from '@besure/governance';
import {
  encodeRightsEntry,
  encodeRightsItem,
  type Primitives,
  ProtocolError,
  utf8Encode,
} from '@besure/protocol';
import { Problem, problems } from '@besure/service';
import { charterChanges, type CharterChange } from './charter-changes.js';

/** Why a note would change nothing: those refusals that a note can meet. */
export const NOTE_REFUSALS = [
  'malformed',
  'network',
  'member',
  'seat',
  'signature',
  'state',
  'expires',
  'open-proposals',
  'change',
  'repeated',
  'proposal',
  'closed',
  'voter',
  'number',
  'proposer',
] as const satisfies RightsRefusal[];

/** The answer to a note that would change nothing, or to a change that cannot be. */
export function refused(code: RightsRefusal, field?: string | null, rule?: string): Problem {
  return new Problem({
    status: 422,
    code: `rights-${code}`,
    title: 'The board’s rules refuse it',
    ...(field === undefined || field === null ? {} : { field }),
    ...(rule === undefined ? {} : { rule }),
  });
}

/** The answer to a vote that its member's votes on their way leave behind: which number it may have. */
export function overtaken(least: number): Problem {
  const rule = `must be ${least} or more: a vote of the member with the number before waits for its block`;
  return refused('number', 'number', rule);
}

/** The id of a note that would be taken in the next block. Throws a Problem where it would change nothing. */
export function tryNote(state: RightsState, tip: number, jws: string, primitives: Primitives): string {
  const { id } = readNote(jws, primitives);
  const height = Math.max(state.height, tip) + 1;
  const item = encodeRightsItem({ kind: 'note', content: utf8Encode(jws) });
  const entry = encodeRightsEntry({ publisher: new Uint8Array(20), height, time: state.time, item });
  const [outcome] = replay(state, [entry], primitives).outcomes;
  if (outcome !== undefined && 'refused' in outcome)
    throw refused(outcome.refused, outcome.field, outcome.rule);
  return id;
}

function readNote(jws: string, { sha256 }: Primitives): { readonly id: string } {
  try {
    return parseNote(jws, sha256);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw refused('malformed', error.field, error.message);
  }
}

/** What a change would change if it were accepted in the next block. Throws a Problem where it cannot be. */
export function previewChange(state: RightsState, tip: number, asked: unknown): CharterChange[] {
  const change = changeSchema.safeParse(asked);
  if (!change.success) {
    const [issue] = change.error.issues;
    throw problems.invalid({ field: issue?.path.join('.') ?? '', rule: issue?.message ?? '' });
  }
  try {
    const at = { height: Math.max(state.height, tip) + 1, time: state.time };
    return charterChanges(state.charter, applyChange(state.charter, change.data, at));
  } catch (error) {
    if (!(error instanceof CharterError)) throw error;
    throw refused('change', error.field, error.message);
  }
}
