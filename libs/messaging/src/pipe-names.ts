/** The subjects and the stream of one schema's pipe. */
export interface PipeNames {
  readonly stream: string;
  readonly events: string;
  readonly replay: string;
  /** One more token: the name of the consumer. */
  readonly committed: string;
}

/** Names of the pipe of a schema, e.g. `intake`; hyphens are allowed, dots and wildcards are not. */
export function pipeNames(schema: string): PipeNames {
  if (!/^[a-z][a-z0-9_-]{0,40}$/.test(schema)) throw new TypeError('not the name of a schema');
  return {
    stream: schema.toUpperCase(),
    events: `besure.${schema}.events`,
    replay: `besure.${schema}.replay`,
    committed: `besure.${schema}.committed`,
  };
}

/** Headers of a message of the pipe: the positions of its first and last event. */
export const FROM_HEADER = 'Besure-From';
export const TO_HEADER = 'Besure-To';

/** A position from a header; null when it is none. */
export function positionOf(header: string | null | undefined): number | null {
  return header !== null && header !== undefined && /^(0|[1-9][0-9]{0,15})$/.test(header)
    ? Number(header)
    : null;
}
