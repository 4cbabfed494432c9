import { type Tx, arrays } from '@besure/event-store';
import type { Candidate, Known, KnownRequest, KnownSubject } from './decide.js';

/** A request that is accepted now. Hashes in hex. */
export interface NewRequest {
  readonly hash: string;
  readonly content: string;
  readonly event: string;
  readonly source: string;
  readonly message: string;
  /** Source and id, sealed. */
  readonly name: { readonly ciphertext: Uint8Array; readonly wrappedKey: Uint8Array };
}

/** A subject that is stated now. */
export interface NewSubject {
  readonly hash: string;
  readonly facts: string;
  readonly event: string;
}

interface KnownRow {
  readonly kind: 'request' | 'subject';
  readonly hash: string;
  readonly value: string;
  readonly event: string;
}

/** What is known of a group of candidates, in one query. */
export async function readKnown(tx: Tx, candidates: readonly Candidate[]): Promise<Known> {
  const rows = await tx.query<KnownRow[]>(
    `SELECT 'request' AS kind, encode(hash, 'hex') AS hash, encode(content, 'hex') AS value, event
       FROM request WHERE hash = ANY($1::bytea[])
     UNION ALL
     SELECT 'subject', encode(hash, 'hex'), encode(facts, 'hex'), event
       FROM subject WHERE hash = ANY($2::bytea[])`,
    [hexes(candidates.flatMap((one) => one.request)), hexes(candidates.flatMap((one) => one.subject))],
  );
  const requests = new Map<string, KnownRequest>();
  const subjects = new Map<string, KnownSubject>();
  for (const { kind, hash, value, event } of rows) {
    if (kind === 'request') requests.set(hash, { content: value, event });
    else subjects.set(hash, { facts: value, event });
  }
  return { requests, subjects };
}

/**
 * Writes what a group adds, in one query. Answers false where another instance wrote one of the hashes meanwhile: then nothing of this
 * transaction may be committed, and the group must be decided anew.
 */
export async function writeAccepted(
  tx: Tx,
  requests: readonly NewRequest[],
  subjects: readonly NewSubject[],
): Promise<boolean> {
  const inOrder = [...requests].sort(byHash);
  const stated = [...subjects].sort(byHash);
  const [row] = await tx.query<{ requests: string; subjects: string }[]>(
    `WITH new_request AS (
       INSERT INTO request (hash, content, event, source, message, name, name_key)
       SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::uuid[], $7::bytea[], $8::bytea[], $9::bytea[], $10::bytea[]) ON CONFLICT DO NOTHING RETURNING 1
     ), new_subject AS (
       INSERT INTO subject (hash, facts, event)
       SELECT * FROM unnest($4::bytea[], $5::bytea[], $6::uuid[]) ON CONFLICT DO NOTHING RETURNING 1
     ), new_state AS (
       INSERT INTO event_state (event, accepted_at) SELECT event, statement_timestamp() FROM unnest($6::uuid[]) AS event
     )
     SELECT (SELECT count(*) FROM new_request) AS requests, (SELECT count(*) FROM new_subject) AS subjects`,
    [
      hexes(inOrder.map((one) => one.hash)),
      hexes(inOrder.map((one) => one.content)),
      arrays.uuid(inOrder.map((one) => one.event)),
      hexes(stated.map((one) => one.hash)),
      hexes(stated.map((one) => one.facts)),
      arrays.uuid(stated.map((one) => one.event)),
      hexes(inOrder.map((one) => one.source)),
      hexes(inOrder.map((one) => one.message)),
      arrays.bytea(inOrder.map((one) => one.name.ciphertext)),
      arrays.bytea(inOrder.map((one) => one.name.wrappedKey)),
    ],
  );
  return Number(row?.requests) === requests.length && Number(row?.subjects) === subjects.length;
}

/** Two instances that write the same hashes in different orders would wait for each other. */
function byHash(a: { readonly hash: string }, b: { readonly hash: string }): number {
  return a.hash < b.hash ? -1 : 1;
}

function hexes(hashes: readonly string[]): Buffer {
  return arrays.bytea(hashes.map((hash) => Buffer.from(hash, 'hex')));
}
