import { LedgerTxError } from './error.js';

/** Reads the little-endian encodings of the ledger, front to back, and never past the end. */
export class Reader {
  private position = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where the next read starts. */
  get offset(): number {
    return this.position;
  }

  /** How many bytes are left. */
  get left(): number {
    return this.bytes.length - this.position;
  }

  /** The bytes between two offsets, not copied. */
  slice(from: number, to: number): Uint8Array {
    return this.bytes.subarray(from, to);
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }

  i32(): number {
    return this.view.getInt32(this.take(4), true);
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  u64(): bigint {
    return this.view.getBigUint64(this.take(8), true);
  }

  /** The next `length` bytes, not copied. */
  read(length: number): Uint8Array {
    const from = this.take(length);
    return this.bytes.subarray(from, from + length);
  }

  /** A variable-length integer in its shortest form, as the node demands it. */
  varint(): number {
    const first = this.u8();
    if (first < 0xfd) return first;
    if (first === 0xfd) return this.shortest(this.view.getUint16(this.take(2), true), 0xfd);
    if (first === 0xfe) return this.shortest(this.u32(), 0x1_0000);
    const wide = this.u64();
    if (wide > 0xffff_ffffn) throw new LedgerTxError('truncated', 'a length beyond any block');
    return this.shortest(Number(wide), 0x1_0000_0000);
  }

  /** A count of things that take at least `least` bytes each: refused before anything is allocated for it. */
  count(least: number): number {
    const count = this.varint();
    if (count * least > this.left) throw new LedgerTxError('truncated', `${count} entries do not fit`);
    return count;
  }

  /** A byte string with its length before it, not copied. */
  varbytes(): Uint8Array {
    return this.read(this.varint());
  }

  /** Throws unless everything was read. */
  end(): void {
    if (this.left > 0) throw new LedgerTxError('trailing-bytes', `${this.left} bytes after the end`);
  }

  private take(length: number): number {
    const from = this.position;
    if (length > this.left) throw new LedgerTxError('truncated', `${length} bytes wanted, ${this.left} left`);
    this.position = from + length;
    return from;
  }

  private shortest(value: number, least: number): number {
    if (value < least) throw new LedgerTxError('not-canonical', 'a length that is not in its shortest form');
    return value;
  }
}
