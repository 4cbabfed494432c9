/**
 * What a member of an event or claim may hold. One rule per kind of value, shared by events (document-event.ts)
 * and by the claims of statements (claims.ts), so that nothing is accepted that cannot be stated.
 * The rules name code points themselves and no Unicode category: those grow with every Unicode version, and a
 * verifier in fifty years must give the same answer.
 */
export interface TextRule {
  /** The rule in words, for whoever sent the value. */
  readonly rule: string;
  readonly holds: (text: string) => boolean;
  /** The rule as an expression, where one says all of it: for descriptions of interfaces. */
  readonly pattern?: RegExp;
  /** The most characters, where no expression says so. */
  readonly longest?: number;
}

const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e]{0,254}[\x21-\x7e])?$/;
/**
 * Ranges of code points that make a text look unlike it is, first and last: controls, every space but U+0020, all that
 * Unicode calls default ignorable (invisible where a font does not know it), blanks that pass for letters, specials.
 */
const DECEPTIVE: readonly (readonly [number, number])[] = [
  [0x0000, 0x001f], // controls
  [0x007f, 0x00a0], // controls, no-break space
  [0x00ad, 0x00ad], // soft hyphen
  [0x034f, 0x034f], // combining grapheme joiner
  [0x061c, 0x061c], // direction mark
  [0x115f, 0x1160], // fillers of Hangul
  [0x1680, 0x1680], // space of Ogham
  [0x17b4, 0x17b5], // vowels of Khmer that are not shown
  [0x180b, 0x180f], // variation selectors and a separator of Mongolian
  [0x2000, 0x200f], // spaces, zero width, direction marks
  [0x2028, 0x202f], // separators, direction marks, narrow space
  [0x205f, 0x206f], // invisible operators, direction isolates
  [0x2800, 0x2800], // blank of Braille
  [0x3000, 0x3000], // ideographic space
  [0x3164, 0x3164], // filler of Hangul
  [0xfe00, 0xfe0f], // variation selectors
  [0xfeff, 0xfeff], // byte order mark
  [0xffa0, 0xffa0], // filler of Hangul, half width
  [0xfff0, 0xffff], // specials, noncharacters
  [0x1bca0, 0x1bca3], // controls of shorthand
  [0x1d173, 0x1d17a], // controls of music
  [0xe0000, 0xe0fff], // tags, further variation selectors
];

/** Identifiers of messages, persons and enterprises. */
export const IDENTIFIER: TextRule = {
  rule: 'must be 1 to 256 characters of readable text, without control or invisible characters and without space at the ends',
  longest: 256,
  holds: (text) =>
    PLAIN.test(text) ||
    (text.length >= 1 &&
      text.length <= 256 &&
      text.isWellFormed() &&
      !isDeceptive(text) &&
      !text.startsWith(' ') &&
      !text.endsWith(' ')),
};

/** Identifiers of organisations and hubs: they stand in subjects of the bus and in file names. */
export const MEMBER_ID: TextRule = pattern(
  /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
  'must be 1 to 63 lowercase letters, digits and hyphens, with no hyphen at the ends',
);

/** The scheme of an identifier of a person or enterprise. */
export const SCHEME: TextRule = pattern(
  /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/,
  'must be 1 to 128 visible ASCII characters, without quotation mark and backslash',
);

/** Media types (RFC 6838 section 4.2), parameters allowed. */
export const MEDIA_TYPE: TextRule = pattern(
  /^(?=.{3,255}$)[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}(?:; ?[a-z0-9][a-z0-9!#$&^_.+-]{0,63}=(?:[A-Za-z0-9!#$%&'*+.^_`|~-]+|"[\x20\x21\x23-\x5b\x5d-\x7e]*")){0,8}$/,
  'must be a media type in lower case (RFC 6838), at most 255 characters',
);

/** Absolute URIs (RFC 3986 section 4.3), in ASCII. */
export const URI: TextRule = pattern(
  /^(?=.{3,512}$)[a-z][a-z0-9+.-]{0,31}:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/,
  'must be an absolute URI (RFC 3986) of 3 to 512 characters',
);

/** 32 bytes as base64url (RFC 4648 section 5): SHA-256 digests and statement identities. */
export const BYTES_32: TextRule = pattern(
  /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/,
  'must be 32 bytes in base64url without padding (43 characters)',
);

/** 64 bytes as base64url: SHA3-512 digests. */
export const BYTES_64: TextRule = pattern(
  /^[A-Za-z0-9_-]{85}[AQgw]$/,
  'must be 64 bytes in base64url without padding (86 characters)',
);

/** 16 bytes as base64url: salts of disclosures. */
export const BYTES_16: TextRule = pattern(
  /^[A-Za-z0-9_-]{21}[AQgw]$/,
  'must be 16 bytes in base64url without padding (22 characters)',
);

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** The last second of the year 9999, counted from 1970: later ones have no RFC 3339 form. No signed time is later. */
export const LAST_SECOND = 253_402_300_799;

/** Moments from 1970 to 9999 in the one form that statements use (RFC 3339, UTC, milliseconds). */
export const CANONICAL_TIME: TextRule = {
  rule: 'must be a moment in the form YYYY-MM-DDTHH:MM:SS.mmmZ, not before 1970',
  holds: (text) => {
    if (!TIME.test(text)) return false;
    const millis = Date.parse(text);
    return millis >= 0 && new Date(millis).toISOString() === text; // refuses 30 February
  },
};

/** Whether a number is a time that may be signed: whole seconds since 1970, to the end of the year 9999. */
export function isSecond(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LAST_SECOND;
}

/** What {@link isSecond} takes, in words. */
export const SECOND_RULE = 'must be whole seconds since 1970, at most 253402300799';

/** Sizes of documents, in bytes. */
export const SIZE_RULE = 'must be a whole number of bytes from 0 to 2^53 - 1';

/** A rule that one expression says. */
export function pattern(expression: RegExp, rule: string): TextRule {
  return { rule, holds: (text) => expression.test(text), pattern: expression };
}

/** Whether a text holds a code point that makes it look unlike it is: two texts that look alike may then differ. */
export function isDeceptive(text: string): boolean {
  return Array.from(text, (character) => character.codePointAt(0)!).some((point) =>
    DECEPTIVE.some(([first, last]) => point >= first && point <= last),
  );
}
