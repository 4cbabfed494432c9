import { concatBytes, decodeHex, encodeHex } from '@besure/protocol';
import { malformed } from './error.js';

/** The tags that tokens and certificates are made of (X.690 section 8.1.2; RFC 3161, 5280, 5652). */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The tag of a context-specific element, `[n]`, that holds others. */
export function contextTag(n: number): number {
  return 0xa0 | n;
}

/** The tag of a context-specific element, `[n]`, that holds a value. */
export function contextValueTag(n: number): number {
  return 0x80 | n;
}

/** One element: its tag, what is in it, and all of its bytes as they were read. */
export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly bytes: Uint8Array;
}

const LONGEST_LENGTH = 0xffff;

/** Reads elements one after the other, strictly: definite lengths in the fewest bytes (X.690 section 10.1). */
export class DerReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #at = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  /** The tag of the next element, `undefined` at the end. */
  get tag(): number | undefined {
    return this.#bytes[this.#at];
  }

  /** The next element, whatever its tag. */
  any(): Element {
    const bytes = this.#bytes;
    const from = this.#at;
    const tag = bytes[from];
    const first = bytes[from + 1];
    if (tag === undefined || first === undefined) throw malformed(`${this.#what} ends too early`);
    if ((tag & 0x1f) === 0x1f) throw malformed(`a tag of several bytes in ${this.#what}`);
    let start = from + 2;
    let length = first;
    if (first >= 0x80) {
      const count = first - 0x80;
      if (count < 1 || count > 2) throw malformed(`a length of no form of DER in ${this.#what}`);
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + (bytes[start + i] ?? 0);
      if (length < (count === 1 ? 0x80 : 0x100)) throw malformed(`a length in ${this.#what} is not minimal`);
      start += count;
    }
    const end = start + length;
    if (end > bytes.length) throw malformed(`an element in ${this.#what} is longer than what holds it`);
    this.#at = end;
    return { tag, content: bytes.subarray(start, end), bytes: bytes.subarray(from, end) };
  }

  /** The next element, which must have this tag. */
  next(tag: number): Element {
    if (this.tag !== tag) throw malformed(`${this.#what} has another element where ${hexOf(tag)} must stand`);
    return this.any();
  }

  /** The next element if it has this tag. */
  optional(tag: number): Element | undefined {
    return this.tag === tag ? this.any() : undefined;
  }

  /** A reader of what is in the next element, which must have this tag. */
  into(tag: number, what = this.#what): DerReader {
    return new DerReader(this.next(tag).content, what);
  }

  /** All elements up to the end. */
  rest(): Element[] {
    const all: Element[] = [];
    while (this.tag !== undefined) all.push(this.any());
    return all;
  }

  /** That nothing follows. */
  end(): void {
    if (this.tag !== undefined) throw malformed(`${this.#what} holds more than it may`);
  }
}

/** The one element that some bytes are. */
export function wholeElement(bytes: Uint8Array, tag: number, what: string): Element {
  const reader = new DerReader(bytes, what);
  const element = reader.next(tag);
  reader.end();
  return element;
}

/** An element of these parts. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...parts);
  const { length } = content;
  if (length > LONGEST_LENGTH) throw malformed('an element of more than 65 535 bytes');
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return concatBytes(Uint8Array.from(head), content);
}

/** A SET OF these elements in the order of DER: ascending by their bytes (X.690 section 11.6). */
export function derSetOf(tag: number, elements: readonly Uint8Array[]): Uint8Array {
  return der(tag, ...elements.toSorted(compareBytes));
}

/** Whether elements stand in the order of a SET OF. */
export function isSetOrder(elements: readonly Element[]): boolean {
  return elements.every((element, i) => i === 0 || compareBytes(elements[i - 1]!.bytes, element.bytes) <= 0);
}

/** The bytes of an INTEGER, which must be minimal, as they are: two's complement, big endian. */
export function integerBytes({ content }: Element): Uint8Array {
  const [first, second] = content;
  if (first === undefined) throw malformed('an integer of no bytes');
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)))
    throw malformed('an integer that is not minimal');
  return content;
}

/** The bytes of an INTEGER that is not negative, without the zero that DER may need before them. */
export function unsignedBytes(element: Element): Uint8Array {
  const bytes = integerBytes(element);
  if (bytes[0]! >= 0x80) throw malformed('a negative integer');
  return bytes[0] === 0 && bytes.length > 1 ? bytes.subarray(1) : bytes;
}

/** An INTEGER from 0 to 2^31 - 1. */
export function smallInteger(element: Element): number {
  const bytes = unsignedBytes(element);
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  if (bytes.length > 4 || value > 0x7fff_ffff) throw malformed('an integer above 2^31 - 1');
  return value;
}

/** An INTEGER of these bytes, taken as a number that is not negative. */
export function derUnsigned(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  const minimal = first === -1 ? Uint8Array.of(0) : bytes.subarray(first);
  return minimal[0]! >= 0x80 ? der(TAG.integer, Uint8Array.of(0), minimal) : der(TAG.integer, minimal);
}

/** A BOOLEAN that stands only where it is true, its default being false (X.690 sections 11.1 and 11.5). */
export function optionalTrue(reader: DerReader): boolean {
  const element = reader.optional(TAG.boolean);
  if (element === undefined) return false;
  if (element.content.length !== 1 || element.content[0] !== 0xff)
    throw malformed('a boolean that is not the one form of true');
  return true;
}

/** The bytes of a BIT STRING of whole bytes. */
export function bitStringBytes({ content }: Element): Uint8Array {
  if (content[0] !== 0) throw malformed('a bit string that is not of whole bytes');
  return content.subarray(1);
}

/** The content of an OBJECT IDENTIFIER in hexadecimal, by which they are compared here. */
export function oidOf({ content }: Element): string {
  const last = content.at(-1);
  if (last === undefined || last >= 0x80) throw malformed('an object identifier that ends too early');
  if (content.some((byte, i) => byte === 0x80 && (i === 0 || content[i - 1]! < 0x80)))
    throw malformed('an object identifier that is not minimal');
  return encodeHex(content);
}

/** An OBJECT IDENTIFIER of the content that stands in `OID`. */
export function derOid(content: string): Uint8Array {
  return der(TAG.oid, decodeHex(content));
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

function hexOf(tag: number): string {
  return `0x${tag.toString(16).padStart(2, '0')}`;
}
