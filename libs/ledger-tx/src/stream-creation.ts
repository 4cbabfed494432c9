import { ascii, concat } from './bytes.js';
import { contentOf, element } from './element.js';
import { LedgerTxError } from './error.js';
import { PERMISSION_BITS } from './permission.js';
import { Reader } from './reader.js';
import { isOperation, OP, pushData, pushOf, scriptParts } from './script.js';
import { Writer } from './writer.js';

/** A new stream, as an output's script holds it. */
export interface StreamCreation {
  readonly name: string;
  /** True if only addresses with the right to write may write. */
  readonly restrictsWrite: boolean;
}

const STREAM = 2;
const NAME = 1;
const PERMISSIONS = 6;
const LONGEST_NAME = 32;

/** The script that creates a stream to which only those with the right may write. */
export function streamCreationScript(name: string): Uint8Array {
  if (!isStreamName(name))
    throw new LedgerTxError('script', 'a stream name has 1 to 32 printable characters');
  const content = new Writer()
    .write(Uint8Array.of(STREAM))
    .write(Uint8Array.of(0, PERMISSIONS))
    .varbytes(Uint8Array.of(PERMISSION_BITS.write))
    .write(Uint8Array.of(0, NAME))
    .varbytes(ascii(name))
    .bytes();
  return concat(pushData(element('creation', content)), Uint8Array.of(OP.DROP, OP.RETURN));
}

/** True for names that this project uses: printable ASCII, at most 32 characters. */
function isStreamName(name: string): boolean {
  return name.length <= LONGEST_NAME && /^[\x21-\x7e]+$/.test(name);
}

/**
 * Reads an output's script as the creation of a stream; `undefined` for every other script,
 * for streams with custom fields, and for names that are not printable ASCII.
 */
export function streamCreationOf(script: Uint8Array): StreamCreation | undefined {
  const parts = scriptParts(script);
  if (parts?.length !== 3 || !isOperation(parts[1], OP.DROP) || !isOperation(parts[2], OP.RETURN)) {
    return undefined;
  }
  const content = contentOf('creation', pushOf(parts[0]));
  if (content === undefined || content[0] !== STREAM) return undefined;
  const fields = fieldsOf(content.subarray(1));
  const name = String.fromCharCode(...(fields?.get(NAME) ?? []));
  if (fields === undefined || !isStreamName(name)) return undefined;
  const permissions = fields.get(PERMISSIONS)?.[0] ?? PERMISSION_BITS.write;
  return { name, restrictsWrite: (permissions & PERMISSION_BITS.write) !== 0 };
}

/** Fields are `00 <number> <length> <value>`; one that starts otherwise is a custom field. */
function fieldsOf(content: Uint8Array): Map<number, Uint8Array> | undefined {
  const fields = new Map<number, Uint8Array>();
  try {
    for (const reader = new Reader(content); reader.left > 0;) {
      if (reader.u8() !== 0) return undefined;
      const number = reader.u8();
      if (fields.has(number)) return undefined;
      fields.set(number, reader.varbytes());
    }
  } catch (error) {
    if (error instanceof LedgerTxError) return undefined;
    throw error;
  }
  return fields;
}
