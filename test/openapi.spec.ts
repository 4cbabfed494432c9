import { archiveApi } from '@besure/archive';
import { intakeApi } from '@besure/intake';
import { ledgerWriterApi } from '@besure/ledger-writer';
import { rightsApi } from '@besure/rights';
import { type ApiDescription, documentOf } from '@besure/service';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';

const APIS: readonly (readonly [string, ApiDescription])[] = [
  ['intake', intakeApi],
  ['archive', archiveApi],
  ['rights', rightsApi],
  ['ledger-writer', ledgerWriterApi],
];

/** What the linter finds with all rules of its strictest set, where warnings are errors. */
async function faultsOf(document: object): Promise<string[]> {
  const config = await createConfig({
    extends: ['recommended-strict'],
    rules: {
      // Open routes have no fault of the caller's to describe.
      'operation-4xx-response': 'off',
    },
  });
  const found = await lintFromString({ source: JSON.stringify(document), config });
  return found.map(({ ruleId, message, location: [at] }) => `${ruleId} ${at?.pointer ?? ''}: ${message}`);
}

const CASES = APIS.flatMap(([name, api]) =>
  [false, true].map((clientCertificates) => ({ name, api, clientCertificates })),
);

describe.each(CASES)(
  'the OpenAPI document of $name, client certificates: $clientCertificates',
  ({ api, clientCertificates }) => {
    const document = documentOf(api, { clientCertificates });

    it('is OpenAPI 3.1 without a fault that the linter knows', async () => {
      expect(document.openapi).toMatch(/^3\.1\./);
      expect(await faultsOf(document)).toEqual([]);
    });

    it('names every operation once', () => {
      const ids = Object.values(document.paths ?? {}).flatMap((item) =>
        Object.values(item as Record<string, { operationId: string }>).map(({ operationId }) => operationId),
      );
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toEqual(expect.arrayContaining(['live', 'ready', 'metrics', 'readDocs', 'readOpenApi']));
    });

    it('offers client certificates where they count, and nowhere else', () => {
      const withScope = Object.values(api.operations).filter(({ scope }) => scope !== undefined).length;
      const offers = JSON.stringify(document).match(/"certificate":\["[a-z]+:[a-z]+"\]/g) ?? [];
      expect(offers).toHaveLength(clientCertificates ? withScope : 0);
      expect(JSON.stringify(document).includes('"type":"mutualTLS"')).toBe(offers.length > 0);
    });
  },
);

it('the linter finds a fault where there is one', async () => {
  const document = documentOf(intakeApi) as unknown as { paths: Record<string, object> };
  const broken = { ...document, paths: { ...document.paths, '/v1/events/': {}, '/v1/more': { get: {} } } };
  const faults = await faultsOf(broken);
  expect(faults.join('\n')).toContain('no-path-trailing-slash');
  expect(faults.join('\n')).toContain('operation-operationId');
});
