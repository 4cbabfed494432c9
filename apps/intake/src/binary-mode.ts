import type { FormFault } from './read-body.js';

const PREFIX = 'ce-';
const ENCODING =
  'must be visible ASCII, other characters percent-encoded as UTF-8 (CloudEvents HTTP binding, 3.1.3.2)';

/** Whether headers (names and values in turn) make the event: CloudEvents' binary mode. */
export function isBinary(headers: readonly string[]): boolean {
  return headers.some((name, at) => at % 2 === 0 && isAttribute(name));
}

/** The attributes of an event in binary mode, and the first one that cannot be read. */
export function binaryAttributes(headers: readonly string[]): {
  readonly attributes: Readonly<Record<string, string>>;
  readonly fault: FormFault | null;
} {
  const attributes = new Map<string, string>();
  let fault: FormFault | null = null;
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const header = headers[at]!;
    if (!isAttribute(header)) continue;
    const name = header.slice(PREFIX.length).toLowerCase();
    const value = decode(headers[at + 1]!);
    if (value === null) fault ??= { field: name, rule: ENCODING };
    else if (attributes.has(name)) fault ??= { field: name, rule: 'must be given once' };
    else if (name === 'data' || name === 'datacontenttype')
      fault ??= { field: name, rule: 'is not a header of the binary mode' };
    else attributes.set(name, value);
  }
  return { attributes: Object.fromEntries(attributes), fault };
}

function isAttribute(name: string): boolean {
  return name.length > PREFIX.length && name.slice(0, PREFIX.length).toLowerCase() === PREFIX;
}

/** A header's value as the HTTP binding writes it, quoted or not; null where it is not written so. */
function decode(header: string): string | null {
  if (!/^[\x20-\x7e]*$/.test(header)) return null;
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(header);
  const text = quoted === null ? header : quoted[1]!.replaceAll(/\\(.)/g, '$1');
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
