import { z } from 'zod';
import { RightsError } from './error.js';

const permission = z.object({
  address: z.string(),
  stream: z.string().nullable(),
  type: z.string(),
  startBlock: z.int(),
  endBlock: z.int(),
});

/** The answer on `SUBJECTS.permissions`. */
export const ledgerRightsSchema = z.object({
  height: z.int(),
  permissions: z.array(permission),
  streams: z.array(z.object({ name: z.string(), restrictsWrite: z.boolean() })),
});

/** A right on the chain (`stream` null) or on a stream, from one block to before another. */
export type Permission = Readonly<z.infer<typeof permission>>;

/** The chain's permissions and streams, as the ledger-writer read them from its node. */
export interface LedgerRights {
  readonly height: number;
  readonly permissions: readonly Permission[];
  readonly streams: readonly { readonly name: string; readonly restrictsWrite: boolean }[];
}

/** Reads the answer on `SUBJECTS.permissions`. Throws RightsError. */
export function parsePermissionsAnswer(value: unknown): LedgerRights {
  const result = ledgerRightsSchema.safeParse(value);
  if (!result.success) {
    throw new RightsError('malformed-answer', 'the ledger-writer gave something else than permissions', {
      cause: result.error,
    });
  }
  return result.data;
}
