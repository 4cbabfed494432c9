import { concat } from './bytes.js';
import { contentOf, element } from './element.js';
import { assertEntity, ENTITY_LENGTH } from './entity.js';
import { LedgerTxError } from './error.js';
import { keyOutputOf, p2pkhScript } from './p2pkh.js';
import { Reader } from './reader.js';
import { droppedPush } from './script.js';
import { Writer } from './writer.js';

/** The rights that a chain knows by name, with their bits. */
export const PERMISSION_BITS = {
  connect: 0x1,
  send: 0x2,
  receive: 0x4,
  write: 0x8,
  issue: 0x10,
  create: 0x20,
  read: 0x80,
  mine: 0x100,
  admin: 0x1000,
  activate: 0x2000,
} as const;

/** The name of one right. */
export type PermissionName = keyof typeof PERMISSION_BITS;

/** The largest block number: a right without an end. */
export const NO_END = 0xffff_ffff;

/** One grant or (with `from` and `to` 0) one revocation. */
export interface Grant {
  /** The stream that it is for; `null` for the whole chain. */
  readonly entity: Uint8Array | null;
  /** Bits of `PERMISSION_BITS`; others may be set by other software. */
  readonly bits: number;
  readonly from: number;
  /** The first block at which the right is over. */
  readonly to: number;
  /** What the signer's clock said, in seconds. Of two grants the later one in the ledger counts, not this. */
  readonly timestamp: number;
}

/** An output that changes rights of one key. */
export interface PermissionOutput {
  readonly keyHash: Uint8Array;
  readonly grants: readonly Grant[];
}

/** The bits of these rights together. */
export function permissionBits(names: readonly PermissionName[]): number {
  return names.reduce((bits, name) => bits | PERMISSION_BITS[name], 0);
}

/** The script of an output that grants or revokes rights of a key. */
export function permissionScript(keyHash: Uint8Array, grants: readonly Grant[]): Uint8Array {
  return concat(p2pkhScript(keyHash), ...grants.flatMap(grantElements).map(droppedPush));
}

function grantElements(grant: Grant): Uint8Array[] {
  for (const number of [grant.bits, grant.from, grant.to, grant.timestamp]) {
    if (!Number.isInteger(number) || number < 0 || number > NO_END) {
      throw new LedgerTxError('script', 'the numbers of a grant have 32 bits');
    }
  }
  const content = new Writer().u32(grant.bits).u32(grant.from).u32(grant.to).u32(grant.timestamp).bytes();
  const permission = element('permission', content);
  if (grant.entity === null) return [permission];
  assertEntity(grant.entity);
  return [element('entity', grant.entity), permission];
}

/** Reads an output's script as a change of rights; `undefined` for every other script. */
export function permissionsOf(script: Uint8Array): PermissionOutput | undefined {
  const output = keyOutputOf(script);
  if (output === undefined || output.attachments.length === 0) return undefined;
  const grants: Grant[] = [];
  let entity: Uint8Array | null = null;
  for (const attachment of output.attachments) {
    const named = contentOf('entity', attachment);
    if (named !== undefined) {
      if (entity !== null || named.length !== ENTITY_LENGTH) return undefined;
      entity = named;
      continue;
    }
    const content = contentOf('permission', attachment);
    if (content?.length !== 16) return undefined;
    grants.push(readGrant(entity, content));
    entity = null;
  }
  return entity === null ? { keyHash: output.keyHash, grants } : undefined;
}

function readGrant(entity: Uint8Array | null, content: Uint8Array): Grant {
  const reader = new Reader(content);
  return { entity, bits: reader.u32(), from: reader.u32(), to: reader.u32(), timestamp: reader.u32() };
}
