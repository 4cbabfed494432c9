import { z } from 'zod';
import { LedgerError } from './error.js';

/** What the fields that we read must look like. Others may come and go with versions of the node. */

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const hex = z.string().regex(/^(?:[0-9a-f]{2})+$/);
const count = z.int().min(0);

const shapes = {
  hash,
  hex,
  count,
  nothing: z.null(),
  address: z.object({
    isvalid: z.boolean(),
    ismine: z.boolean().optional(),
    iswatchonly: z.boolean().optional(),
  }),
  info: z.object({
    version: z.string(),
    chainname: z.string(),
    description: z.string(),
    protocolversion: count,
    blocks: count,
    connections: count,
    nodeaddress: z.string(),
  }),
  params: z
    .object({
      'chain-name': z.string(),
      'chain-description': z.string(),
      'address-pubkeyhash-version': hex,
      'address-checksum-value': hex,
      'genesis-hash': hash,
      'setup-first-blocks': count,
    })
    .catchall(z.unknown()),
  streams: z.array(
    z.object({
      name: z.string(),
      createtxid: hash,
      streamref: z.string().nullable(),
      restrict: z.object({ write: z.boolean() }),
    }),
  ),
  permissions: z.array(
    z.object({
      address: z.string(),
      for: z.object({ name: z.string() }).nullable(),
      type: z.string(),
      startblock: count,
      endblock: count,
    }),
  ),
  unspent: z.array(
    z.object({
      txid: hash,
      vout: count,
      address: z.string(),
      scriptPubKey: hex,
      confirmations: count,
    }),
  ),
} as const;

type Shapes = typeof shapes;

/** The result, if it has the shape; else a `LedgerError` with code `unexpected-answer`. */
export function expectShape<K extends keyof Shapes>(shape: K, result: unknown): z.infer<Shapes[K]> {
  const parsed = shapes[shape].safeParse(result);
  if (parsed.success) return parsed.data as z.infer<Shapes[K]>;
  throw new LedgerError('unexpected-answer', `the node's answer is not what we know as "${shape}"`, {
    cause: parsed.error,
  });
}
