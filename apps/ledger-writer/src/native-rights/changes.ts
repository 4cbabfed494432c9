import { addressFormatOf, type Charter, type NativeChange } from '@besure/governance';
import type { BlockAt, Streams } from '@besure/ledger-log';
import { encodeAddress, PERMISSION_BITS, permissionsOf, streamEntity, toHex } from '@besure/ledger-tx';

/** A change of a right, and the transaction that made it. */
export interface ChangeInBlock extends NativeChange {
  readonly txid: string;
}

/**
 * All changes of the chain's own rights in blocks, in their order. A stream that is none of the charter's is called by its entity; bits that this software has no
 * name for, by their number.
 */
export function changesIn(charter: Charter, streams: Streams, blocks: readonly BlockAt[]): ChangeInBlock[] {
  const format = addressFormatOf(charter);
  const names = new Map(
    (['proofs', 'rights'] as const).flatMap((one) => {
      const creation = streams[one];
      return creation === null ? [] : [[toHex(streamEntity(creation)), charter.ledger.streams[one]] as const];
    }),
  );
  return blocks.flatMap(({ height, block }) =>
    block.transactions.flatMap(({ transaction, txid }) =>
      transaction.outputs.flatMap(({ script }) => {
        const output = permissionsOf(script);
        if (output === undefined) return [];
        const address = encodeAddress(output.keyHash, format);
        return output.grants.flatMap(({ entity, bits, to }) => {
          const name = entity === null ? null : toHex(entity);
          const stream = name === null ? null : (names.get(name) ?? name);
          // Taken by a grant whose blocks are over, whatever they were.
          return typesOf(bits).map((type) => ({ address, stream, type, isGiven: to > height, height, txid }));
        });
      }),
    ),
  );
}

function typesOf(bits: number): string[] {
  const known = Object.entries(PERMISSION_BITS).filter(([, bit]) => (bits & bit) !== 0);
  const rest = known.reduce((left, [, bit]) => left & ~bit, bits) >>> 0;
  return [...known.map(([name]) => name), ...(rest === 0 ? [] : [`bits-${rest.toString(16)}`])];
}
