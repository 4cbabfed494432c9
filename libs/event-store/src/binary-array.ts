/**
 * Arrays of one type as PostgreSQL sends and takes them in its binary form: what `unnest($1::text[])` is given. Written as text, each element
 * would be escaped here and taken apart again there, character by character; bytes would even go as hexadecimal digits.
 *
 * The cast in the statement names the type: an array of another one is refused by the server.
 */

/** Object ids of the element types, which never change (pg_type.dat). */
const OID = {
  boolean: 16,
  bytea: 17,
  bigint: 20,
  integer: 23,
  text: 25,
  json: 114,
  timestamptz: 1184,
  uuid: 2950,
} as const;

const HEADER_BYTES = 20;
const NULL_LENGTH = -1;
/** Midnight of 2000-01-01, from which PostgreSQL counts microseconds. */
const EPOCH_MILLIS = 946_684_800_000;

interface Element<T> {
  readonly oid: number;
  readonly length: (value: T) => number;
  readonly write: (value: T, into: Buffer, at: number) => void;
}

/** Values of one column, as a parameter of a query. */
function arrayOf<T>({ oid, length, write }: Element<T>): (values: readonly (T | null)[]) => Buffer {
  return (values) => {
    let size = HEADER_BYTES + 4 * values.length;
    for (const value of values) if (value !== null) size += length(value);
    const into = Buffer.allocUnsafe(values.length === 0 ? 12 : size);
    into.writeInt32BE(values.length === 0 ? 0 : 1, 0); // dimensions
    into.writeInt32BE(values.includes(null) ? 1 : 0, 4);
    into.writeInt32BE(oid, 8);
    if (values.length === 0) return into;
    into.writeInt32BE(values.length, 12);
    into.writeInt32BE(1, 16); // the first index
    let at = HEADER_BYTES;
    for (const value of values) {
      const bytes = value === null ? NULL_LENGTH : length(value);
      into.writeInt32BE(bytes, at);
      at += 4;
      if (value === null) continue;
      write(value, into, at);
      at += bytes;
    }
    return into;
  };
}

const text: Omit<Element<string>, 'oid'> = {
  length: (value) => Buffer.byteLength(value),
  write: (value, into, at) => void into.write(value, at, 'utf8'),
};

const int64: Omit<Element<number>, 'oid'> = {
  length: () => 8,
  write(value, into, at) {
    // Faster than by way of a BigInt; the callers' numbers are safe integers.
    into.writeInt32BE(Math.floor(value / 2 ** 32), at);
    into.writeUInt32BE(value >>> 0, at + 4);
  },
};

/** Parameters for columns of `unnest`, and for `= ANY(...)`. */
export const arrays = {
  text: arrayOf<string>({ oid: OID.text, ...text }),
  /** JSON texts. */
  json: arrayOf<string>({ oid: OID.json, ...text }),
  bytea: arrayOf<Uint8Array>({
    oid: OID.bytea,
    length: (value) => value.length,
    write: (value, into, at) => {
      into.set(value, at);
    },
  }),
  /** Safe integers. */
  bigint: arrayOf<number>({ oid: OID.bigint, ...int64 }),
  integer: arrayOf<number>({
    oid: OID.integer,
    length: () => 4,
    write: (value, into, at) => void into.writeInt32BE(value, at),
  }),
  boolean: arrayOf<boolean>({
    oid: OID.boolean,
    length: () => 1,
    write: (value, into, at) => void into.writeUInt8(value ? 1 : 0, at),
  }),
  uuid: arrayOf<string>({
    oid: OID.uuid,
    length: () => 16,
    write: (value, into, at) => {
      if (into.write(value.replaceAll('-', ''), at, 'hex') !== 16) throw new RangeError('not a UUID');
    },
  }),
  /** RFC 3339. */
  timestamptz: arrayOf<string>({
    oid: OID.timestamptz,
    length: () => 8,
    write: (value, into, at) => {
      const millis = Date.parse(value);
      if (Number.isNaN(millis)) throw new RangeError('not a time');
      int64.write((millis - EPOCH_MILLIS) * 1000, into, at);
    },
  }),
} as const;
