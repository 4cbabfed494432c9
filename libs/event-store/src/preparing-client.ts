import pg from 'pg';

/** Texts beyond this are sent anew each time: they are not the few that a service is made of. */
const MOST_STATEMENTS = 500;

/** The name of each text, the same on all connections. */
const names = new Map<string, string>();

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= MOST_STATEMENTS) return known;
  const name = `s${names.size}`;
  names.set(text, name);
  return name;
}

/**
 * A connection on which every statement with parameters is parsed once and then known to the server by its name: parsing and planning cost as
 * much as running most of them.
 *
 * It always has somebody who listens for its errors. Pool and ORM take turns at that, and a server that goes away between
 * two turns would otherwise end the process; whoever uses the connection next learns of it by a query that fails.
 */
export class PreparingClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => {});
    const send = this.query.bind(this) as (...args: unknown[]) => unknown;
    this.query = ((text: unknown, values?: unknown, ...rest: unknown[]): unknown => {
      const name = typeof text === 'string' && Array.isArray(values) ? nameOf(text) : undefined;
      return name === undefined ? send(text, values, ...rest) : send({ name, text, values }, ...rest);
    }) as typeof this.query;
  }
}
