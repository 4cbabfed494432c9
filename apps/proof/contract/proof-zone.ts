import { join } from 'node:path';
import { EventStore, type StoredEvent, coreMigrations, migrate, openDataSource } from '@besure/event-store';
import {
  type FactsVault,
  type StatementSigner,
  ephemeralFactsVault,
  generateStatementKey,
} from '@besure/keys';
import { type Facts, encodeBase64url, encodeSealedFacts, utf8Encode } from '@besure/protocol';
import { freshDatabase } from '@besure/testing';
import { FreshRecords } from '../src/fresh-records.js';
import { FreshStatements } from '../src/fresh-statements.js';
import { proofMigrations } from '../src/migrations.js';

/** What the proof service of one organisation works with: a database, keys, and nothing that runs. */
export interface ProofZone {
  readonly store: EventStore;
  readonly vault: FactsVault;
  readonly signer: StatementSigner;
  readonly fresh: FreshStatements;
  readonly freshRecords: FreshRecords;
}

/** Opens one with keys below `folder`; `onClose` is told how to close it. */
export async function openZone(
  id: string,
  folder: string,
  onClose: (close: () => Promise<unknown>) => void,
): Promise<ProofZone> {
  const database = await freshDatabase();
  const schema = 'proof';
  await migrate({ url: database.url, schema, migrations: [...coreMigrations(schema), ...proofMigrations] });
  const dataSource = await openDataSource({ url: database.url, schema });
  onClose(async () => {
    await dataSource.destroy();
    await database.drop();
  });
  const signer = await generateStatementKey(
    { keyFile: join(folder, `${id}.pem`), certificateFile: join(folder, `${id}.crt`) },
    { organisation: id, notBefore: new Date(0), notAfter: new Date(4_000_000_000_000) },
  );
  return {
    store: new EventStore({ dataSource, schema }),
    vault: ephemeralFactsVault(),
    signer,
    fresh: new FreshStatements(1000),
    freshRecords: new FreshRecords(1000),
  };
}

/** A document that alpha sent to beta. */
export const facts: Facts = {
  event: 'sent',
  reason: null,
  time: '2026-11-22T10:00:00.000Z',
  message: 'm-1',
  sender: { scheme: 'be:cbe', id: '0200000001', organisation: 'alpha' },
  recipient: { scheme: 'be:cbe', id: '0200000002', organisation: 'beta' },
  document: {
    mediaType: 'text/plain',
    size: 3,
    sha256: encodeBase64url(new Uint8Array(32)),
    sha3_512: encodeBase64url(new Uint8Array(64)),
  },
  corrects: null,
};

let uuid = 0;

/** What intake of the zone tells of events with these facts. */
export function accepted(vault: FactsVault, ...all: Facts[]): StoredEvent[] {
  const sealed = all.map((one) => {
    const { ciphertext, wrappedKey } = vault.seal(utf8Encode(JSON.stringify(one)));
    return { ciphertext, key: wrappedKey };
  });
  uuid += 1;
  const entries = all.map((_, at) => ({
    id: `00000000-0000-4000-8000-${String(uuid * 100 + at).padStart(12, '0')}`,
  }));
  return [
    {
      position: uuid,
      stream: `accepted-${uuid}`,
      version: 1,
      type: 'EventsAccepted',
      data: { entries },
      attachment: encodeSealedFacts(sealed),
      recordedAt: '2026-11-22T10:00:00.000Z',
    },
  ];
}
