import { EventStore, migrate, openDataSource } from '@besure/event-store';
import { type Change, formatCharter } from '@besure/governance';
import { type LedgerSigner, nodePrimitives, type StatementSigner } from '@besure/keys';
import { charterMigrations } from '@besure/log-store';
import { decodeBase64url, encodeBase64url } from '@besure/protocol';
import { testKey } from '@besure/protocol/test-material';
import { createLog, Health, ServiceMetrics } from '@besure/service';
import { freshDatabase } from '@besure/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeNetwork, type TestNetwork } from '../../apps/ledger-writer/contract/scripted-network.js';
import type { ProofConfig } from '../../apps/proof/src/configuration.js';
import { keysAsKept, openKeys } from '../../apps/proof/src/open-keys.js';
import { signedNote } from '../../apps/ledger-writer/contract/signed-note.js';
import { ServedRights } from './served-rights.js';

const SCHEMA = 'proof';
const next = testKey('next signing key of alpha').publicKey;
const rotation: Change = {
  kind: 'rotate-signing-key',
  organisation: 'alpha',
  signingKey: encodeBase64url(next),
};

let network: TestNetwork;
let served: ServedRights;
let store: EventStore;
let metrics: ServiceMetrics;
let health: Health;
let lines: Record<string, unknown>[];
let closing: (() => Promise<unknown>)[];

beforeEach(async () => {
  network = makeNetwork();
  served = await ServedRights.start(network);
  served.add('charter', formatCharter(network.charter));
  const { url } = await freshDatabase();
  await migrate({ url, schema: SCHEMA, migrations: charterMigrations(SCHEMA) });
  const dataSource = await openDataSource({ url, schema: SCHEMA });
  store = new EventStore({ dataSource, schema: SCHEMA });
  closing = [() => served.stop(), () => dataSource.destroy()];
});

afterEach(async () => {
  for (const close of closing) await close();
});

function signingKeyOf(id: string): Uint8Array {
  return decodeBase64url(network.charter.organisations.find((one) => one.id === id)!.signingKeys[0]!.key);
}

/** Alpha's proof with that signing key, which signs with one byte, and its own ledger key or that of another. */
function config(signingKey: Uint8Array, ledgerSigner: LedgerSigner = network.members[0].signer): ProofConfig {
  const statementSigner = { publicKey: signingKey, certificates: [], sign: () => Uint8Array.of(1) };
  return {
    organisation: 'alpha',
    role: 'organisation',
    charter: network.charter,
    hubLogUrls: [served.url],
    statementSigner: statementSigner as StatementSigner,
    ledgerSigner,
  } as unknown as ProofConfig;
}

/** Starts what follows the board, as the service does. */
function open(of: ProofConfig): ReturnType<typeof openKeys> {
  [lines, metrics, health] = [[], new ServiceMetrics('proof'), new Health()];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return openKeys({ config: of, log: createLog({ name: 'proof', stream }), metrics, health }, store);
}

async function alarm(): Promise<number> {
  const text = await metrics.registry.metrics();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith('besure_alarms{kind="signing-key"'))!
      .at(-1),
  );
}

async function shown(): Promise<unknown> {
  return (await health.ready()).shown.find(({ name }) => name === 'signing-key');
}

/** Puts a change before the board; the votes that decide come when the answer is called. */
function propose(change: Change, state = 0): () => void {
  const [alpha, , exchange] = network.members;
  const note = signedNote(network, alpha, { kind: 'proposal', state, expires: 500, minute: null, change });
  served.add('note', note);
  const signed = Buffer.from(note.slice(0, note.lastIndexOf('.')));
  const proposal = encodeBase64url(nodePrimitives.sha256(signed));
  const vote = { kind: 'vote', state, proposal, number: 1, choice: 'for' };
  return () => served.add('note', ...[alpha, exchange].map((member) => signedNote(network, member, vote)));
}

it('a new key waits for the board, silently once it is proposed, and signs once it is decided', async () => {
  const { charters, keys } = await open(config(next));
  expect([await shown(), await alarm()]).toEqual([{ name: 'signing-key', ok: false, detail: 'unknown' }, 1]);
  expect(lines.filter(({ level }) => level === 'error')).toMatchObject([
    { kind: 'signing', state: 'unknown' },
  ]);
  const signing = keys.untilSigning(new AbortController().signal);
  const decide = propose(rotation);
  await charters.look();
  expect([await shown(), await alarm()]).toEqual([{ name: 'signing-key', ok: false, detail: 'proposed' }, 0]);
  expect(() => keys.statementSigner.sign('x')).toThrow('the signing key is not in force: proposed');
  decide();
  await charters.look();
  await expect(signing).resolves.toBeUndefined();
  expect([await shown(), await alarm()]).toEqual([{ name: 'signing-key', ok: true }, 0]);
  expect(keys.statementSigner.sign('x')).toEqual(Uint8Array.of(1));
});

it('a key that the board ends stops at once, with an alarm, and also for who looks at what was kept', async () => {
  const { charters, keys } = await open(config(signingKeyOf('alpha')));
  expect([keys.signing, keys.ledger, await alarm(), lines]).toEqual(['in-force', 'in-force', 0, []]);
  const asKept = async () => (await keysAsKept(config(signingKeyOf('alpha')), store)).statementSigner;
  expect((await asKept()).sign('x')).toEqual(Uint8Array.of(1));
  propose(rotation)();
  await charters.look();
  expect([keys.signing, keys.ledger, await alarm()]).toEqual(['ended', 'in-force', 1]);
  expect(lines.filter(({ level }) => level === 'error')).toMatchObject([{ kind: 'signing', state: 'ended' }]);
  const refusal = expect.objectContaining({ code: 'key-not-in-force' }) as Error;
  expect(() => keys.statementSigner.sign('x')).toThrow(refusal);
  const kept = await asKept();
  expect(() => kept.sign('x')).toThrow(refusal);
});

it('keys of another member, and a member that nobody knows, end the start with the name of the variable', async () => {
  const wrong = (variable: string) =>
    expect.objectContaining({ name: 'ConfigurationError', variable }) as Error;
  await expect(open(config(signingKeyOf('beta')))).rejects.toThrow(wrong('BESURE_SIGNING_KEY_FILE'));
  const [, beta] = network.members;
  await expect(open(config(next, beta.signer))).rejects.toThrow(wrong('BESURE_LEDGER_KEY_FILE'));
  const unknown = { ...config(next), organisation: 'omega' };
  await expect(open(unknown)).rejects.toThrow(wrong('BESURE_ORGANISATION'));
});
