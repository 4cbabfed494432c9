import { ACCUSATION_FORMAT, type Accused, auditUnder, formatAccusation, type Lie } from '@besure/audit';
import type { Charter } from '@besure/governance';
import { type Primitives, ProtocolError } from '@besure/protocol';
import type { Cosigner } from '@besure/verification';
import { LogStoreError } from '../error.js';
import { CASES, type Draft, type Pair, partingOf } from './cases.js';
import { hear, type HeardTestimony, type Testimony } from './testimony.js';

/** An accusation that is proven under the charter by which it was made. */
export interface MadeAccusation {
  readonly accused: Accused;
  readonly lie: Lie;
  /** The file. */
  readonly text: string;
}

/**
 * Looks whether what hubs and witnesses signed convicts any of them: each testimony against each other one, and against itself. Answers one accusation for
 * each that is convicted, by the plainest lie; only what an audit finds proven leaves this function, so it names nobody wrongly, whatever it is given.
 */
export async function accuse(
  testimonies: readonly Testimony[],
  charter: Charter,
  primitives: Primitives,
): Promise<MadeAccusation[]> {
  const heard = testimonies.flatMap((one) => heardOf(one, charter, primitives));
  const made: MadeAccusation[] = [];
  for (const accused of signersOf(heard)) {
    const name = nameOf(accused, charter);
    const proven = await firstProven(pairsOf(accused, heard, charter), ({ lie, signed, against }) => {
      if (signed === null) return null;
      const text = formatAccusation({ format: ACCUSATION_FORMAT, accused: name, lie, signed, against });
      const judged = auditUnder(text, charter, primitives);
      return judged.result === 'proven' && judged.accused !== null
        ? { accused: judged.accused, lie, text }
        : null;
    });
    if (proven !== null) made.push(proven);
  }
  return made;
}

/** What is no checkpoint is no testimony. */
function heardOf(testimony: Testimony, charter: Charter, primitives: Primitives): HeardTestimony[] {
  try {
    return [hear(testimony, charter, primitives)];
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return [];
  }
}

function signersOf(heard: readonly HeardTestimony[]): Cosigner[] {
  const signers = new Map<string, Cosigner>();
  for (const { lines } of heard) for (const { by } of lines) signers.set(`${by.kind} ${by.id}`, by);
  return [...signers.values()];
}

function nameOf({ kind, id }: Cosigner, { hubs, witnesses }: Charter): string {
  const all: readonly { readonly id: string; readonly name: string }[] = kind === 'hub' ? hubs : witnesses;
  return all.find((one) => one.id === id)?.name ?? id;
}

function pairsOf(accused: Cosigner, heard: readonly HeardTestimony[], charter: Charter): Pair[] {
  return heard
    .filter(({ lines }) => lines.some(({ by }) => by.kind === accused.kind && by.id === accused.id))
    .flatMap((signed) =>
      heard.map((against) => ({ accused, signed, against, charter, parting: partingOf(signed, against) })),
    );
}

async function firstProven(
  pairs: readonly Pair[],
  prove: (draft: Draft) => MadeAccusation | null,
): Promise<MadeAccusation | null> {
  for (const draftOf of CASES) {
    for (const pair of pairs) {
      const draft = await ifServed(() => draftOf(pair));
      const made = draft === null ? null : prove(draft);
      if (made !== null) return made;
    }
  }
  return null;
}

/** What a source does not serve, or not as it has to, shows nothing. */
async function ifServed<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof LogStoreError || error instanceof ProtocolError) return null;
    throw error;
  }
}
