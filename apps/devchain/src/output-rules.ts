import {
  keyOutputOf,
  outputKindOf,
  permissionsOf,
  scriptParts,
  streamCreationOf,
  streamItemOf,
  toHex,
  type TransactionOutput,
} from '@besure/ledger-tx';
import type { PermissionChange, Permissions } from './permissions.js';
import { rejected } from './rejection.js';
import type { Streams } from './streams.js';

/** What a transaction does beside moving its outputs on. */
export interface Effects {
  readonly changes: PermissionChange[];
  readonly creations: { readonly name: string; readonly restrictsWrite: boolean }[];
}

/** What outputs are judged against: the chain as it is, and who signed the transaction. */
export interface Judgement {
  readonly permissions: Permissions;
  readonly streams: Streams;
  /** Key hashes of all inputs. */
  readonly signers: readonly string[];
  readonly height: number;
}

const LONGEST_KEY = 256;
const OP_RETURN = 0x6a;

/** Checks all outputs, and gathers what they do. Scripts of other kinds than we use are refused here, unlike on a real node. */
export function judgeOutputs(outputs: readonly TransactionOutput[], chain: Judgement): Effects {
  const effects: Effects = { changes: [], creations: [] };
  for (const { script } of outputs) judgeOutput(script, chain, effects);
  return effects;
}

function judgeOutput(script: Uint8Array, chain: Judgement, effects: Effects): void {
  const paid = keyOutputOf(script);
  if (paid !== undefined) {
    if (paid.attachments.length > 0) effects.changes.push(...judgeGrants(script, chain));
    return;
  }
  const creation = streamCreationOf(script);
  if (creation !== undefined) {
    effects.creations.push(judgeCreation(creation, chain, effects));
    return;
  }
  if (streamItemOf(script) !== undefined) judgeItem(script, chain);
  else if (!isCopyOfSpentScript(script) && script[0] !== OP_RETURN) throw rejected(64, 'scriptpubkey');
}

/** What a real node wants beside grants of administration, and does without here: it changes nothing. */
function isCopyOfSpentScript(script: Uint8Array): boolean {
  const [first] = scriptParts(script) ?? [];
  const data = first !== undefined && 'push' in first ? first.push : new Uint8Array(0);
  return (
    outputKindOf(script) === 'metadata' && Buffer.from(data.subarray(0, 4)).toString('latin1') === 'spki'
  );
}

function judgeGrants(script: Uint8Array, chain: Judgement): PermissionChange[] {
  const output = permissionsOf(script);
  if (output === undefined) throw rejected(64, 'scriptpubkey');
  return output.grants.map((grant) => {
    const entity = grant.entity === null ? null : toHex(grant.entity);
    if (entity !== null && chain.streams.byEntity(entity) === undefined) {
      throw rejected(64, 'Script rejected - entity not found');
    }
    const admin = chain.signers.find((signer) =>
      chain.permissions.mayChange(entity, signer, grant.bits, chain.height),
    );
    if (admin === undefined) throw rejected(64, "Inputs don't belong to valid admin");
    return {
      entity,
      keyHash: toHex(output.keyHash),
      bits: grant.bits,
      from: grant.from,
      to: grant.to,
      admin,
    };
  });
}

function judgeCreation(
  creation: { readonly name: string; readonly restrictsWrite: boolean },
  chain: Judgement,
  { creations }: Effects,
) {
  if (creations.length > 0) throw rejected(64, 'Metadata script rejected - too many new entities');
  if (!chain.signers.some((signer) => chain.permissions.has(null, signer, 'create', chain.height))) {
    throw rejected(64, "Metadata script rejected - Inputs don't belong to valid creator");
  }
  if (chain.streams.named(creation.name) !== undefined) {
    throw rejected(64, 'New entity script rejected - entity with this name already exists');
  }
  return creation;
}

function judgeItem(script: Uint8Array, chain: Judgement): void {
  const item = streamItemOf(script);
  if (item === undefined || item.keys.length === 0) {
    throw rejected(
      64,
      'Metadata script rejected - Unrecognized script, should be new entity or input script cache',
    );
  }
  const stream = chain.streams.byEntity(toHex(item.entity));
  if (stream === undefined) throw rejected(64, 'Metadata script rejected - entity not found');
  if (item.keys.some((key) => key.length > LONGEST_KEY)) {
    throw rejected(64, 'Metadata script rejected - wrong element, should be item key');
  }
  const mayWrite = (signer: string): boolean =>
    chain.permissions.has(stream.entity, signer, 'write', chain.height);
  if (stream.restrictsWrite && !chain.signers.every(mayWrite)) {
    throw rejected(64, "Metadata script rejected - Inputs don't belong to valid publisher");
  }
}
