/** Writes the little-endian encodings of the ledger. */
export class Writer {
  private readonly parts: Uint8Array[] = [];
  private length = 0;

  i32(value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setInt32(0, value, true);
    return this.write(bytes);
  }

  u32(value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    return this.write(bytes);
  }

  u64(value: bigint): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value, true);
    return this.write(bytes);
  }

  /** A variable-length integer in its shortest form. */
  varint(value: number): this {
    if (value < 0xfd) return this.write(Uint8Array.of(value));
    if (value <= 0xffff) return this.write(Uint8Array.of(0xfd, value & 0xff, value >> 8));
    return this.write(Uint8Array.of(0xfe)).u32(value);
  }

  varbytes(bytes: Uint8Array): this {
    return this.varint(bytes.length).write(bytes);
  }

  write(bytes: Uint8Array): this {
    this.parts.push(bytes);
    this.length += bytes.length;
    return this;
  }

  /** Everything written, as one byte string. */
  bytes(): Uint8Array {
    const result = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.parts) {
      result.set(part, at);
      at += part.length;
    }
    return result;
  }
}
