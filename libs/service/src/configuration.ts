import type { z } from 'zod';

/** A variable or a file named by one is missing or wrong: the process ends with exit code 78 and this one line. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  /** The environment variable to look at. */
  readonly variable: string;

  /** `rule` says what must hold; it never quotes the value, which may be a secret. */
  constructor(variable: string, rule: string) {
    super(`${variable} ${rule}`.replace(/\s+/g, ' '));
    this.variable = variable;
  }
}

/** The environment as Node gives it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a service's configuration: a zod object whose keys are the names of environment variables, usually with a
 * transform to something nicer. Empty variables count as unset. Throws `ConfigurationError` for the first fault.
 */
export function readConfiguration<C>(schema: z.ZodType<C>, environment: Environment): C {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = schema.safeParse(set);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const variable = String(issue?.path[0] ?? 'environment');
  const rule = issue?.message ?? 'is wrong';
  throw new ConfigurationError(
    variable,
    variable in set || variable === 'environment' ? rule : `is not set: it ${rule}`,
  );
}

/**
 * Loads what a variable points at (a key, a charter, a file of tokens) and turns any failure into a
 * `ConfigurationError` that names the variable.
 */
export function fromVariable<T>(variable: string, load: () => T): T {
  const fail = (error: unknown): never => {
    if (error instanceof ConfigurationError) throw error;
    throw new ConfigurationError(
      variable,
      `cannot be used: ${error instanceof Error ? error.message : 'unknown fault'}`,
    );
  };
  try {
    const loaded = load();
    return loaded instanceof Promise ? (loaded.catch(fail) as T) : loaded;
  } catch (error) {
    return fail(error);
  }
}
