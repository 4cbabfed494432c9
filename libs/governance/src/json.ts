import type { z } from 'zod';
import { CharterError } from './error.js';

/** The most characters of a text. */
export const MAX_JSON_LENGTH = 4_000_000;

/**
 * The value of a JSON text that people may have laid out as they like, but that says everything once: a member given
 * twice, or a number or string in another than its shortest form, is refused. Throws `json`.
 */
export function parseJsonOnce(text: string): unknown {
  if (text.length > MAX_JSON_LENGTH) throw new CharterError('json', 'the text is too long');
  let value: unknown;
  let written: string;
  try {
    value = JSON.parse(text);
    // To write what is nested very deeply fails where to read it did not.
    written = JSON.stringify(value);
  } catch (cause) {
    throw new CharterError('json', 'the text is not JSON', { cause });
  }
  // Without its white space the text must be what the value would be written as: the parser drops what stands twice.
  const minimal = text.replace(
    /("(?:[^"\\]|\\.)*")|[ \t\r\n]+/g,
    (_, quoted: string | undefined) => quoted ?? '',
  );
  if (minimal !== written) {
    throw new CharterError('json', 'the text has a member twice, or a value in an unusual form');
  }
  return value;
}

/** The one text of a value: two spaces, a newline at the end, members in the order that they have. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The value by a schema. Throws `field`, naming the first member that is wrong. */
export function readBySchema<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  // The name of what is unknown is in the hands of whoever wrote it: what is shown to people is a short word.
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1).filter(isWord) : [];
  const path = [...(issue?.path ?? []), ...unknown];
  throw new CharterError('field', issue?.message ?? 'must have the form of a charter', {
    field: path.join('.'),
  });
}

function isWord(name: string): boolean {
  return /^[\w-]{1,64}$/.test(name);
}
