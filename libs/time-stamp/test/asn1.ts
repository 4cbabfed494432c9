// DER for tests, written without the library: vectors must not be what the code under test writes.

/** One element of these parts. */
export function asn1(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

/** The length of an element. */
export function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  return length < 0x100 ? Uint8Array.of(0x81, length) : Uint8Array.of(0x82, length >> 8, length & 0xff);
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => asn1(0x30, ...parts);
/** In the order of DER. */
export const set = (...parts: readonly Uint8Array[]): Uint8Array =>
  asn1(0x31, ...parts.toSorted((a, b) => Buffer.compare(a, b)));
export const octets = (...parts: readonly Uint8Array[]): Uint8Array => asn1(0x04, ...parts);
export const bits = (content: Uint8Array, unused = 0): Uint8Array =>
  asn1(0x03, Uint8Array.of(unused), content);
export const truth = (value = true): Uint8Array => asn1(0x01, Uint8Array.of(value ? 0xff : 0));
/** [n], around others. */
export const tagged = (n: number, ...parts: readonly Uint8Array[]): Uint8Array => asn1(0xa0 | n, ...parts);
export const NULL = Uint8Array.of(5, 0);

/** A number that is not negative. */
export function integer(value: number | bigint): Uint8Array {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return bytes[0]! >= 0x80 ? asn1(2, Uint8Array.of(0), bytes) : asn1(2, bytes);
}

/** An object identifier, dotted. */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return asn1(6, Uint8Array.from(bytes));
}

/** GeneralizedTime of some seconds since 1970; `fraction` as it stands in the text. */
export function generalizedTime(seconds: number, fraction = ''): Uint8Array {
  const text = new Date(seconds * 1000).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '');
  return asn1(0x18, Buffer.from(`${text}${fraction}Z`));
}

/** UTCTime, which certificates use up to 2049. */
export function utcTime(seconds: number): Uint8Array {
  const text = new Date(seconds * 1000).toISOString().slice(2, 19).replaceAll(/[-:T]/g, '');
  return asn1(0x17, Buffer.from(`${text}Z`));
}

/** A name of one part, its common name. */
export function commonName(text: string): Uint8Array {
  return sequence(asn1(0x31, sequence(oid('2.5.4.3'), asn1(0x0c, Buffer.from(text)))));
}
