import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIES } from '@besure/audit';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from './run.js';

const VECTORS = join(import.meta.dirname, '../../../vectors/accusation');
const folder = mkdtempSync(join(tmpdir(), 'besure-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Vector {
  readonly accusation: string;
  readonly trust: string;
  readonly accused?: string;
  readonly lie?: string;
  readonly error?: { readonly code: string };
}

const vectors = (kind: string) =>
  readdirSync(join(VECTORS, kind)).map((name) => ({
    name,
    vector: JSON.parse(readFileSync(join(VECTORS, kind, name), 'utf8')) as Vector,
  }));

async function besure(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const io = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    coloured: false,
    width: null,
  };
  return { status: await run(args, io), out, err };
}

function audit({ accusation, trust }: Vector, ...more: string[]): ReturnType<typeof besure> {
  const paths = { accusation: join(folder, 'accusation.json'), trust: join(folder, 'trust.json') };
  writeFileSync(paths.accusation, accusation);
  writeFileSync(paths.trust, trust);
  return besure('audit', paths.accusation, '--trust', paths.trust, ...more);
}

describe('besure audit', () => {
  it.each(vectors('valid'))('finds guilty, with exit status 0: $name', async ({ vector }) => {
    const { status, out } = await audit(vector, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      result: 'proven',
      accused: { name: vector.accused },
      lie: vector.lie,
    });
    const { out: text } = await audit(vector);
    expect(text.split('\n')[0]).toBe('GUILTY');
    expect(text).toContain(vector.accused);
  });

  it('has an accusation for each kind of lie', () => {
    expect(new Set(vectors('valid').map(({ vector }) => vector.lie))).toEqual(new Set(Object.keys(LIES)));
  });

  it.each(vectors('invalid'))('does not find guilty, with exit status 1: $name', async ({ vector }) => {
    const { status, out } = await audit(vector, '--json');
    expect(status).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ result: 'not-proven', code: vector.error?.code });
    expect((await audit(vector)).out.split('\n')[0]).toBe('NOT PROVEN');
  });

  it('shows what an accuser wrote, and does not obey it', async () => {
    const { vector } = vectors('valid')[0]!;
    const accused = `\u001b[2J\u001b[1mhub-2 lied`;
    const accusation = vector.accusation.replace(JSON.stringify(vector.accused), JSON.stringify(accused));
    const { status, out } = await audit({ ...vector, accusation });
    expect(status).toBe(1);
    expect(out).toContain('\\u001b[2J');
    expect(out).not.toContain('\u001b');
  });

  it('tells wrong use and missing files by exit statuses 64 and 66', async () => {
    expect(await besure('audit')).toMatchObject({ status: 64 });
    expect(await besure('audit', join(folder, 'none'), '--trust', join(folder, 'none'))).toMatchObject({
      status: 66,
    });
  });
});
