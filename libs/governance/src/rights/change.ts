import { z } from 'zod';
import {
  assuranceSchema,
  algorithmsSchema,
  boardSchema,
  limitsSchema,
  quorumSchema,
} from '../charter-schema.js';
import {
  certificate,
  countedName,
  height,
  type Immutable,
  id,
  key,
  keyName,
  keyPair,
  ledgerAddress,
  list,
  ML_DSA_44,
  name,
  object,
  signingKey,
} from '../values.js';

const hubKeys = { log: keyPair, witness: keyPair };
const kind = <Kind extends string>(value: Kind) => ({ kind: z.literal(value) });

/** The form of a change: the one thing that a proposal asks for. */
export const changeSchema = z.discriminatedUnion(
  'kind',
  [
    object({
      ...kind('admit-organisation'),
      organisation: id,
      name,
      signingKey,
      ledgerAddress,
      seats: list(signingKey, 100),
    }),
    object({ ...kind('suspend-organisation'), organisation: id }),
    object({ ...kind('reinstate-organisation'), organisation: id }),
    object({ ...kind('remove-organisation'), organisation: id }),
    object({ ...kind('rotate-signing-key'), organisation: id, signingKey }),
    object({
      ...kind('revoke-signing-key'),
      organisation: id,
      signingKey,
      compromisedFrom: height.nullable(),
    }),
    object({ ...kind('rotate-ledger-key'), organisation: id, ledgerAddress }),
    object({ ...kind('revoke-ledger-key'), organisation: id, ledgerAddress }),
    object({
      ...kind('change-seats'),
      organisation: id,
      add: list(signingKey, 100, 0),
      end: list(signingKey, 100, 0),
    }),
    object({
      ...kind('admit-hub'),
      hub: id,
      name: keyName,
      operator: countedName,
      provider: countedName,
      nodeAddress: ledgerAddress,
      ...hubKeys,
    }),
    object({ ...kind('rotate-hub-keys'), hub: id, ...hubKeys }),
    object({ ...kind('remove-hub'), hub: id }),
    object({
      ...kind('admit-witness'),
      witness: id,
      name: keyName,
      group: countedName,
      mlDsa44: key(ML_DSA_44),
    }),
    object({ ...kind('rotate-witness-key'), witness: id, mlDsa44: key(ML_DSA_44) }),
    object({ ...kind('remove-witness'), witness: id }),
    object({ ...kind('admit-authority'), name, certificate }),
    object({ ...kind('remove-authority'), name }),
    object({
      ...kind('change-terms'),
      limits: limitsSchema.nullable(),
      quorum: quorumSchema.nullable(),
      leastAssurance: assuranceSchema.nullable(),
      board: boardSchema.nullable(),
      algorithms: algorithmsSchema.nullable(),
    }),
  ],
  { error: 'must be a change of a known kind' },
);

/** What a proposal asks for. */
export type Change = Immutable<z.output<typeof changeSchema>>;

/** What a change is about: of two open proposals about the same, the one that is accepted first ends the other. */
export function subjectOf(change: Change): string {
  if ('organisation' in change) return `organisation ${change.organisation}`;
  if ('hub' in change) return `hub ${change.hub}`;
  if ('witness' in change) return `witness ${change.witness}`;
  return change.kind === 'change-terms' ? 'terms' : `authority ${change.name}`;
}
