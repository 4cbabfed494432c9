/** A fault of which it is not said yet in which zone; what is found is there, where no zone is named. */
export type DamageAnywhere = Omit<Damage, 'zone'>;

/** A fault that a hand, a disk or a bug could leave in the database of a zone. */
export interface Damage {
  readonly what: string;
  readonly zone: string;
  /** Statements; a `subject` that the last one answers must be named by what is found. */
  readonly sql: string;
  /** All that fsck has to say to it, as `zone rule`. */
  readonly found: readonly string[];
}

/** In the zone of an organisation: a statement that is complete. */
export const COMPLETE = `(SELECT s.statement FROM intake.event_state s JOIN intake.evidence e USING (statement) WHERE e.complete_at IS NOT NULL ORDER BY 1 LIMIT 1)`;
/** An event that was countersigned. */
export const EVENT =
  '(SELECT event FROM intake.event_state WHERE countersigned_at IS NOT NULL ORDER BY event LIMIT 1)';
/** The first slot that holds statements. */
export const FULL_SLOT =
  "(SELECT min((data ->> 'slot')::bigint) FROM proof.event WHERE type LIKE 'StatementsRecorded%')";
/** An event that nobody sent. */
export const NEW_EVENT = "'00000000-0000-7000-8000-0000000000ff'";
/** The time of the damage. */
export const NOW = 'statement_timestamp()';

/** Appends an event as its owner would. */
export function append(schema: string, type: string, data: string, stream = `'damage'`): string {
  return `UPDATE ${schema}.head SET position = position + 1;
    INSERT INTO ${schema}.event (position, stream, version, type, data)
    SELECT position, ${stream}, (SELECT count(*) + 1 FROM ${schema}.event WHERE stream = ${stream}), '${type}', ${data} FROM ${schema}.head;`;
}

/** The data of an event with one entry. */
export function entry(...members: string[]): string {
  return `json_build_object('entries', json_build_array(json_build_object(${members.join(', ')})))`;
}

/** A new event in all tables of intake. */
export const ACCEPTED_NEW = `${append('intake', 'EventsAccepted', entry("'id'", NEW_EVENT))}
  INSERT INTO intake.request (hash, content, event) VALUES ('\\x01', '\\x01', ${NEW_EVENT});
  INSERT INTO intake.subject (hash, facts, event) VALUES ('\\x01', '\\x01', ${NEW_EVENT});
  INSERT INTO intake.event_state (event, accepted_at) VALUES (${NEW_EVENT}, ${NOW});`;
