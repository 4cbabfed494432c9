import { ProtocolError, type ProtocolErrorCode } from '@besure/protocol';
import type { BadCode } from './codes.js';

/** Why evidence is bad. Stays inside this library: {@link verify} turns it into a verdict. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: BadCode;

  constructor(code: BadCode, detail = '', options?: { readonly cause: unknown }) {
    super(detail, options);
    this.code = code;
  }
}

/**
 * Runs a step; whatever it throws becomes a refusal: with the code that stands for the error of the protocol
 * library in `special`, else with `code`. So whatever goes wrong, it is never taken for a yes.
 */
export function refuseAs<T>(
  code: BadCode,
  step: () => T,
  special: Readonly<Partial<Record<ProtocolErrorCode, BadCode>>> = {},
): T {
  try {
    return step();
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    const known = cause instanceof ProtocolError ? special[cause.code] : undefined;
    throw new Refusal(known ?? code, cause instanceof Error ? cause.message : '', { cause });
  }
}

/** Throws a refusal unless the condition holds. */
export function assertThat(condition: boolean, code: BadCode, detail = ''): asserts condition {
  if (!condition) throw new Refusal(code, detail);
}
