import type { EventStore } from '@besure/event-store';
import { type Charter, organisation as organisationOf } from '@besure/governance';
import type { FactsVault } from '@besure/keys';
import { encodeBase64, parseCopiesRequest, decodeOpenings } from '@besure/protocol';
import { type CopyRow, acknowledge, readCopies } from './copy-rows.js';
import { ArchiveError } from './error.js';
import { splitPath } from './path.js';

/** What the exchange's archive needs to hand out copies. */
export interface ServingContext {
  readonly exchange: string;
  readonly charter: Charter;
  readonly store: EventStore;
  readonly vault: FactsVault;
}

/** A copy and an answer as JSON; see `StatementCopy` and `CopiesAnswer` of the protocol. */
interface CopyJson {
  readonly cursor: number;
  readonly jws: string;
  readonly countersignature: string;
  readonly recording: {
    readonly by: string;
    readonly slot: number;
    readonly height: number;
    readonly leafIndex: number;
    readonly index: number;
    readonly path: readonly string[];
  };
  readonly disclosures: readonly string[] | null;
}
export interface CopiesAnswerJson {
  readonly copies: readonly CopyJson[];
  readonly last: number;
}

/** Characters of copies in one answer, about: well below what a message of the bus may hold. */
const MAX_ANSWER_LENGTH = 700_000;

/**
 * Answers one question of an organisation for its copies. What it asks to follow, it has: that is kept for it no longer.
 *
 * @param organisation who asks: the bus lets each organisation use its own subject only
 * @throws ArchiveError `organisation-unknown`, `cursor-ahead`; ProtocolError 'message'
 */
export async function serveCopies(
  context: ServingContext,
  organisation: string,
  request: unknown,
): Promise<CopiesAnswerJson> {
  const { after, limit } = parseCopiesRequest(request);
  if (organisationOf(context.charter, organisation) === undefined) {
    throw new ArchiveError('organisation-unknown', 'no such organisation in the charter');
  }
  const { rows, last } = await context.store.transaction(async (tx) => {
    const end = await acknowledge(tx, organisation, after);
    return { rows: await readCopies(tx, context.exchange, organisation, after, limit), last: end };
  });
  const copies: CopyJson[] = [];
  let length = 0;
  for (const row of rows) {
    const copy = toCopy(row, context);
    length += lengthOf(copy);
    if (copies.length > 0 && length > MAX_ANSWER_LENGTH) break;
    copies.push(copy);
  }
  return { copies, last };
}

/** What a copy takes in an answer, as good as that: names and numbers are some hundred characters, and the rest are texts without escapes. */
function lengthOf({ jws, countersignature, recording, disclosures }: CopyJson): number {
  const texts = [jws, countersignature, ...recording.path, ...(disclosures ?? [])];
  return texts.reduce((sum, text) => sum + text.length + 3, 256);
}

function toCopy(row: CopyRow, { exchange, vault }: ServingContext): CopyJson {
  return {
    cursor: row.cursor,
    jws: row.jws,
    countersignature: row.countersignature,
    recording: {
      by: exchange,
      slot: row.slot,
      height: row.height,
      leafIndex: row.leaf,
      index: row.index,
      path: splitPath(row.path).map(encodeBase64),
    },
    disclosures: row.openings === null ? null : decodeOpenings(vault.open(row.openings)),
  };
}
