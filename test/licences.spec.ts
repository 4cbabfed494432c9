import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** Licences under which a work may be part of one under the EUPL-1.2. */
const IN_THE_PRODUCT = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MPL-2.0',
  'Unlicense',
];

/** What is used to build and test, but not handed on. */
const IN_THE_WORKSHOP = [...IN_THE_PRODUCT, 'BlueOak-1.0.0', 'Python-2.0'];

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
}

function lockedPackages(): [string, LockedPackage][] {
  const text = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
  const { packages } = JSON.parse(text) as { packages: Record<string, LockedPackage> };
  return Object.entries(packages).filter(
    ([path, { link }]) => path.startsWith('node_modules/') && link !== true,
  );
}

/** Whether an SPDX expression leaves a choice that is on the list: `A OR B` one of them, `A AND B` both. */
function isAllowed(expression: string, allowed: readonly string[]): boolean {
  const plain = expression.replaceAll(/[()]/g, '');
  return plain.split(' OR ').some((choice) => choice.split(' AND ').every((part) => allowed.includes(part)));
}

describe('licences', () => {
  it('knows what an expression allows', () => {
    expect(isAllowed('MIT', ['MIT'])).toBe(true);
    expect(isAllowed('(GPL-3.0 OR MIT)', ['MIT'])).toBe(true);
    expect(isAllowed('MIT AND GPL-3.0', ['MIT'])).toBe(false);
    expect(isAllowed('SEE LICENSE IN FILE', ['MIT'])).toBe(false);
  });

  it('of everything in the product may be part of a work under the EUPL-1.2', () => {
    const production = lockedPackages().filter(([, { dev }]) => dev !== true);
    expect(production.length).toBeGreaterThan(50);
    const refused = production.filter(([, { license }]) => !isAllowed(license ?? 'none', IN_THE_PRODUCT));
    expect(refused.map(([path, { license }]) => `${path}: ${license ?? 'none'}`)).toEqual([]);
  });

  it('of the tools allow their use', () => {
    const refused = lockedPackages().filter(
      ([, { license }]) => !isAllowed(license ?? 'none', IN_THE_WORKSHOP),
    );
    expect(refused.map(([path, { license }]) => `${path}: ${license ?? 'none'}`)).toEqual([]);
  });

  it('is the EUPL-1.2 for every package of ours', () => {
    expect(readFileSync(join(ROOT, 'LICENSE'), 'utf8')).toContain('EUROPEAN UNION PUBLIC LICENCE v. 1.2');
    const text = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
    const { packages } = JSON.parse(text) as { packages: Record<string, LockedPackage> };
    const ours = Object.entries(packages).filter(([path]) => !path.includes('node_modules/'));
    expect(ours.filter(([, { license }]) => license !== 'EUPL-1.2').map(([path]) => path)).toEqual([]);
  });
});

describe('package-lock.json', () => {
  it('names no host: every registry serves the same bytes', () => {
    const named = lockedPackages().filter(([, { resolved }]) => resolved !== undefined);
    expect(named.map(([path, { resolved }]) => `${path}: ${resolved ?? ''}`)).toEqual([]);
  });

  it('fixes the bytes of every package', () => {
    const loose = lockedPackages().filter(([, { integrity }]) => integrity?.startsWith('sha512-') !== true);
    expect(loose.map(([path]) => path)).toEqual([]);
  });
});
