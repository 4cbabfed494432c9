/** Something in a JSON text that two readers could understand differently, with the path to it. */
export interface JsonFault {
  readonly path: readonly (string | number)[];
  readonly rule: string;
}

/** A JSON text, read. `faults` has the first one of each element where the text is an array, else the first one. */
export interface StrictJson {
  readonly value: unknown;
  readonly faults: readonly JsonFault[];
}

/** The bytes are no JSON text at all. */
export class JsonTextError extends Error {
  override readonly name = 'JsonTextError';
  readonly code: 'not-utf8' | 'not-json';

  constructor(code: JsonTextError['code']) {
    super(code === 'not-utf8' ? 'must be UTF-8' : 'must be JSON');
    this.code = code;
  }
}

/** How deep objects and arrays may lie in each other. */
export const MAX_JSON_DEPTH = 16;
/** The longest number: 2^53 - 1 has as many digits. */
const MAX_NUMBER_LENGTH = 16;
/** Of a member's name, so much stands in a path. */
const MAX_NAME_LENGTH = 64;

const TWICE = 'must be given once';
const TOO_DEEP = `must not lie deeper than ${MAX_JSON_DEPTH} levels`;
const HALF_PAIR = 'must not hold half of a surrogate pair';
const NUMBER = `must be a number of at most ${MAX_NUMBER_LENGTH} characters, from -(2^53 - 1) to 2^53 - 1`;

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads JSON that means the same to every reader: beside the syntax it looks for members given twice, deep nesting, halves of surrogate
 * pairs, and numbers that do not fit a double. The engine's own parser does the work; a look over the bytes tells whether a second, slower
 * reading has to find a fault.
 *
 * @throws JsonTextError where the bytes are not UTF-8 or not JSON
 */
export function parseStrictJson(bytes: Uint8Array): StrictJson {
  let text: string;
  let value: unknown;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new JsonTextError('not-utf8');
  }
  try {
    value = JSON.parse(text);
  } catch {
    throw new JsonTextError('not-json');
  }
  const members = membersOfPlain(bytes);
  // Where a name is given twice, the value has fewer members than the text.
  const plain = members !== null && members === countMembers(value);
  return { value, faults: plain ? [] : new FaultFinder(text).find() };
}

/** How many members a text has; null where it must be looked at more closely. */
function membersOfPlain(bytes: Uint8Array): number | null {
  let members = 0;
  let depth = 0;
  let literal = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    literal += 1;
    switch (byte) {
      case QUOTE:
        for (at += 1; bytes[at] !== QUOTE; at += 1) {
          if (bytes[at] !== BACKSLASH) continue;
          at += 1;
          if (bytes[at] === 0x75 && isSurrogateEscape(bytes, at)) return null;
        }
        literal = 0;
        break;
      case COLON:
        members += 1;
        literal = 0;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth += 1;
        if (depth > MAX_JSON_DEPTH) return null;
        literal = 0;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth -= 1;
        literal = 0;
        break;
      case COMMA:
      case 0x20:
      case 0x0a:
      case 0x0d:
      case 0x09:
        literal = 0;
        break;
      default:
        // As long as the longest number that may be right or an exponent: looked at more closely.
        if (
          literal >= MAX_NUMBER_LENGTH ||
          (literal > 1 && (byte === 0x65 || byte === 0x45) && isDigit(bytes[at - 1]!))
        )
          return null;
    }
  }
  return members;
}

/** `d8` to `df` after `\u`, in either case. */
function isSurrogateEscape(bytes: Uint8Array, at: number): boolean {
  return (bytes[at + 1]! | 0x20) === 0x64 && bytes[at + 2]! >= 0x38;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countMembers(item);
    return count;
  }
  for (const name of Object.keys(value)) count += 1 + countMembers((value as Record<string, unknown>)[name]);
  return count;
}

/** Reads a text once more, which is known to be JSON, for the places of its faults. */
class FaultFinder {
  readonly #text: string;
  readonly #path: (string | number)[] = [];
  readonly #faults: JsonFault[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  find(): readonly JsonFault[] {
    this.#value();
    return this.#faults;
  }

  #fault(rule: string): void {
    const last = this.#faults.at(-1);
    // One for each element of a list, one for anything else.
    if (last !== undefined && (typeof last.path[0] !== 'number' || last.path[0] === this.#path[0])) return;
    this.#faults.push({ path: [...this.#path], rule });
  }

  #space(): void {
    while (' \n\r\t'.includes(this.#text[this.#at] ?? '-')) this.#at += 1;
  }

  #value(): void {
    this.#space();
    const first = this.#text[this.#at];
    if (first === '"') return void this.#string();
    if (first !== '{' && first !== '[') return this.#literal();
    if (this.#path.length >= MAX_JSON_DEPTH) {
      this.#fault(TOO_DEEP);
      return this.#skip();
    }
    return first === '{' ? this.#object() : this.#array();
  }

  #object(): void {
    const names = new Set<string>();
    this.#at += 1;
    for (this.#space(); this.#text[this.#at] !== '}'; this.#space()) {
      const name = this.#string();
      this.#path.push(name.slice(0, MAX_NAME_LENGTH));
      if (names.has(name)) this.#fault(TWICE);
      names.add(name);
      this.#space();
      this.#at += 1;
      this.#value();
      this.#path.pop();
      this.#comma();
    }
    this.#at += 1;
  }

  #array(): void {
    this.#at += 1;
    this.#space();
    for (let index = 0; this.#text[this.#at] !== ']'; index += 1) {
      this.#path.push(index);
      this.#value();
      this.#path.pop();
      this.#comma();
    }
    this.#at += 1;
  }

  #comma(): void {
    this.#space();
    if (this.#text[this.#at] === ',') this.#at += 1;
    this.#space();
  }

  #string(): string {
    const from = this.#at;
    this.#pastString();
    const raw = this.#text.slice(from, this.#at);
    const text = raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
    if (!text.isWellFormed()) this.#fault(HALF_PAIR);
    return text;
  }

  #pastString(): void {
    for (this.#at += 1; this.#text[this.#at] !== '"'; this.#at += 1) {
      if (this.#text[this.#at] === '\\') this.#at += 1;
    }
    this.#at += 1;
  }

  #literal(): void {
    const from = this.#at;
    while (/[\w.+-]/.test(this.#text[this.#at] ?? '')) this.#at += 1;
    const text = this.#text.slice(from, this.#at);
    if (/^[tfn]/.test(text)) return;
    const digits = text.startsWith('-') ? text.length - 1 : text.length;
    if (digits > MAX_NUMBER_LENGTH || Math.abs(Number(text)) > Number.MAX_SAFE_INTEGER) this.#fault(NUMBER);
  }

  /** Past an object or array that is not looked into. */
  #skip(): void {
    let depth = 0;
    do {
      const one = this.#text[this.#at];
      if (one === '"') {
        this.#pastString();
        continue;
      }
      if (one === '{' || one === '[') depth += 1;
      if (one === '}' || one === ']') depth -= 1;
      this.#at += 1;
    } while (depth > 0);
  }
}
