const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];
const BLANKS: readonly number[] = [0x20, 0x0a, 0x0d, 0x09, 0xef, 0xbb, 0xbf];

/**
 * Whether a text is an array of more elements than this, told by its commas before anything is made of it: a mebibyte holds half a million
 * elements, and each would become an object. Of what is no JSON it may say either.
 */
export function hasMoreElements(json: Uint8Array, most: number): boolean {
  let at = 0;
  while (BLANKS.includes(json[at] ?? COMMA)) at += 1;
  if (json[at] !== OPEN_BRACKET) return false;
  let commas = 0;
  for (let depth = 0; at < json.length; at += 1) {
    switch (json[at]) {
      case QUOTE:
        for (at += 1; at < json.length && json[at] !== QUOTE; at += 1) if (json[at] === BACKSLASH) at += 1;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth += 1;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth -= 1;
        break;
      case COMMA:
        if (depth === 1) commas += 1;
        if (commas >= most) return true;
        break;
      default:
    }
  }
  return false;
}
