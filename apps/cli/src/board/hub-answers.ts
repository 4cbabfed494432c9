import { z } from 'zod';

// What is shown or used of a hub's answers; its OpenAPI describes all of them.

const names = z.array(z.string());
const share = z.object({ there: z.int(), limit: z.int() });

export const rightsAnswer = z.looseObject({
  network: z.string(),
  version: z.int(),
  height: z.int(),
  size: z.int(),
  digest: z.string(),
  ledger: z.object({ height: z.int(), tip: z.int() }),
  members: z.array(
    z.looseObject({
      id: z.string(),
      name: z.string(),
      role: z.string(),
      status: z.string(),
      seats: z.int(),
    }),
  ),
  hubs: z.array(
    z.looseObject({
      id: z.string(),
      operator: z.string(),
      provider: z.string(),
      standing: z.boolean(),
    }),
  ),
  hosting: z.looseObject({
    capPercent: z.int(),
    providers: z.array(z.looseObject({ provider: z.string(), hubs: share, operators: share })),
  }),
  board: z.looseObject({
    rule: z.looseObject({ mode: z.string() }),
    openProposals: z.int(),
    longestLifeBlocks: z.int(),
  }),
});
export const proposalAnswer = z.object({
  id: z.string(),
  note: z.looseObject({ member: z.string(), expires: z.int(), change: z.looseObject({ kind: z.string() }) }),
  height: z.int(),
  status: z.string(),
  closed: z.int().nullable(),
  tally: z.object({ for: names, against: names, outstanding: names, needed: z.int(), including: names }),
  votes: z.array(
    z.object({
      member: z.string(),
      choice: z.string(),
      number: z.int(),
      height: z.int(),
      note: z.string(),
    }),
  ),
  remarks: names,
});
export const signedProposalAnswer = proposalAnswer.extend({
  signed: z.string(),
  pending: z.array(z.object({ member: z.string(), choice: z.string(), number: z.int() })).nullable(),
});
export const historyAnswer = z.looseObject({
  entries: z.array(
    z.looseObject({
      index: z.int(),
      height: z.int(),
      note: z.string().nullable(),
      outcome: z.union([
        z.object({ did: z.string(), id: z.string() }),
        z.object({ refused: z.string(), rule: z.string(), field: z.string().nullable() }),
      ]),
    }),
  ),
  next: z.int().nullable(),
});
export const previewAnswer = z.looseObject({
  changes: z.array(z.object({ path: z.string(), before: z.unknown(), after: z.unknown() })),
});
const ledgerRight = { address: z.string(), stream: z.string().nullable(), type: z.string() };
export const permissionsAnswer = z.looseObject({
  height: z.int(),
  permissions: z.array(z.object({ ...ledgerRight, startBlock: z.int(), endBlock: z.int() })),
  streams: z.array(z.object({ name: z.string(), restrictsWrite: z.boolean() })),
  differences: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.enum(['missing', 'surplus']), ...ledgerRight }),
      z.object({ kind: z.enum(['no-stream', 'open-stream']), stream: z.string() }),
    ]),
  ),
});
export const problemAnswer = z.looseObject({
  type: z.string(),
  title: z.string(),
  detail: z.string().optional(),
  field: z.string().optional(),
  rule: z.string().optional(),
});

export type Rights = z.infer<typeof rightsAnswer>;
export type ShownProposal = z.infer<typeof proposalAnswer>;
export type SignedProposal = z.infer<typeof signedProposalAnswer>;
export type HistoryEntry = z.infer<typeof historyAnswer>['entries'][number];
export type Difference = z.infer<typeof previewAnswer>['changes'][number];
export type Permissions = z.infer<typeof permissionsAnswer>;
export type PermissionDifference = Permissions['differences'][number];
export type Problem = z.infer<typeof problemAnswer>;
