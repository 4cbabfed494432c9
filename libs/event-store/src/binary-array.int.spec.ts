import { freshDatabase } from '@besure/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DataSource } from 'typeorm';
import { arrays } from './binary-array.js';
import { openDataSource } from './data-source.js';

let source: DataSource;
beforeAll(async () => {
  source = await openDataSource({ url: (await freshDatabase()).url, schema: 'arrays' });
});
afterAll(() => source.destroy());

/** What the server makes of an array, written by itself. */
async function read(type: string, parameter: Buffer): Promise<unknown[]> {
  const [row] = await source.query<{ values: string[] }[]>(
    `SELECT array_agg(value::text ORDER BY place) AS values FROM unnest($1::${type}[]) WITH ORDINALITY AS t (value, place)`,
    [parameter],
  );
  return row!.values;
}

it.each([
  ['text', arrays.text(['a', null, '', 'b"\\,{}', 'é€😀']), ['a', null, '', 'b"\\,{}', 'é€😀']],
  ['json', arrays.json(['{"b": 1,"a":[]}']), ['{"b": 1,"a":[]}']],
  ['bytea', arrays.bytea([Uint8Array.of(0, 255), new Uint8Array()]), ['\\x00ff', '\\x']],
  [
    'bigint',
    arrays.bigint([0, -1, 4_294_967_296, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]),
    ['0', '-1', '4294967296', '9007199254740991', '-9007199254740991'],
  ],
  ['integer', arrays.integer([0, -1, 2_147_483_647]), ['0', '-1', '2147483647']],
  ['boolean', arrays.boolean([true, false, null]), ['true', 'false', null]],
  [
    'uuid',
    arrays.uuid(['0199f0a2-7c11-7000-8000-0123456789ab', null]),
    ['0199f0a2-7c11-7000-8000-0123456789ab', null],
  ],
  [
    'timestamptz',
    arrays.timestamptz(['2026-11-22T16:40:00.123Z', '1969-12-31T23:59:59.999Z', null]),
    ['2026-11-22 16:40:00.123+00', '1969-12-31 23:59:59.999+00', null],
  ],
])('the server reads %s as it was written', async (type, parameter, expected) => {
  expect(await read(type, parameter)).toEqual(expected);
});

it('nothing is an array of nothing', async () => {
  const [row] = await source.query<{ count: number }[]>('SELECT cardinality($1::text[]) AS count', [
    arrays.text([]),
  ]);
  expect(row?.count).toBe(0);
});

it('what is of another type is refused, not reinterpreted', async () => {
  await expect(read('text', arrays.bigint([1]))).rejects.toThrow('instead of expected');
});

it.each([
  ['a UUID', () => arrays.uuid(['0199f0a2-7c11-7000-8000-0123456789'])],
  ['a time', () => arrays.timestamptz(['yesterday'])],
])('what is not %s is refused', (_what, make) => {
  expect(make).toThrow(RangeError);
});
