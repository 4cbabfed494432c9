import { streamEntity, toHex } from '@besure/ledger-tx';

/** A stream, with what of it is known while it waits for a block. */
export interface Stream {
  readonly name: string;
  readonly txid: string;
  /** How scripts name it, hexadecimal. */
  readonly entity: string;
  readonly restrictsWrite: boolean;
  /** `height-offset-prefix`, once it is in a block. */
  reference: string | null;
}

/** The streams of a chain, in the order of their creation. */
export class Streams {
  private readonly streams: Stream[] = [];

  add(name: string, txid: string, restrictsWrite: boolean): Stream {
    const entity = toHex(streamEntity(txid));
    const stream = { name, txid, entity, restrictsWrite, reference: null };
    this.streams.push(stream);
    return stream;
  }

  /** Called when the creation is in a block, `offset` bytes after its start. */
  confirm(txid: string, height: number, offset: number): void {
    const stream = this.streams.find((each) => each.txid === txid);
    if (stream === undefined) return;
    const prefix = Number.parseInt(txid.slice(2, 4) + txid.slice(0, 2), 16);
    stream.reference = `${height}-${offset}-${prefix}`;
  }

  byEntity(entity: string): Stream | undefined {
    return this.streams.find((stream) => stream.entity === entity);
  }

  /** By name, creation txid or reference, as the RPC lets one name a stream. */
  named(identifier: string): Stream | undefined {
    return this.streams.find(
      ({ name, txid, reference }) => identifier === name || identifier === txid || identifier === reference,
    );
  }

  all(): readonly Stream[] {
    return this.streams;
  }
}
