import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressFormatOf, type Change } from '@besure/governance';
import { generateLedgerKey, generateStatementKey, loadLedgerSigner, nodePrimitives } from '@besure/keys';
import { buildItemTransaction, encodeAddress, hash160, streamEntity } from '@besure/ledger-tx';
import {
  decodeBase64url,
  decodeHex,
  encodeBase64url,
  encodeHex,
  encodeItem,
  parseCountersignature,
  parseEvidence,
  parseStatement,
  splitSdJwt,
  verifyCountersignature,
} from '@besure/protocol';
import { waitUntil } from '@besure/testing';
import { verify } from '@besure/verification';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BoardMember, ShownProposal, ShownRights } from './board-member.js';
import { zoneDatabaseUrl } from './databases.js';
import { fsckNetwork, waitUntilSettled } from './fsck.js';
import type { Network } from './network.js';
import { networkForTests } from './network-for-tests.js';
import { RestartableHost } from './restartable-host.js';
import { type SentEvent, stateEvent } from './traffic.js';

const LIFE_BLOCKS = 100_000;
const [LEDGER_KEY, SIGNING_KEY, CERTIFICATE] = [
  'BESURE_LEDGER_KEY_FILE',
  'BESURE_SIGNING_KEY_FILE',
  'BESURE_SIGNING_CERTIFICATE_FILE',
] as const;

const running = networkForTests('keys', {
  // On a busy machine a decision takes as long as the deadline of the profile.
  countersignatureDeadlineSeconds: 60,
  host: (logs) => new RestartableHost(logs),
});
let network: Network;
let seats: Record<string, BoardMember>;
/** Evidence of before any decision. */
let first: string;

beforeAll(async () => {
  network = running.network;
  const ids = ['alpha', 'beta', 'exchange'];
  seats = Object.fromEntries(
    await Promise.all(ids.map(async (id) => [id, await network.boardMember(id)] as const)),
  );
  first = await provenOf(await state());
}, 120_000);

function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  return waitUntil({ what, timeoutMillis: 100_000, everyMillis: 100 }, look);
}

/** Alpha sends a document to beta, and both it and the exchange say so. */
function state(): Promise<SentEvent> {
  return stateEvent(network, 'sent', ['alpha', 'beta'], 'same');
}

async function statusOf({ organisation, event }: SentEvent): Promise<string | undefined> {
  return (await network.backOffice(organisation).status(event.source, event.id))?.state;
}

/** The evidence of an event, once it is complete. */
async function provenOf({ organisation, event }: SentEvent): Promise<string> {
  const office = network.backOffice(organisation);
  const statement = await until('an event to be complete', async () => {
    const status = await office.status(event.source, event.id);
    return status?.state === 'complete' ? status.evidence! : undefined;
  });
  return office.evidence(statement);
}

/** Verifies evidence by the newest trust file, which may not have what it needs yet. */
async function assertVerifies(evidence: string): Promise<void> {
  await until('the evidence to verify', async () => {
    const { code } = verify(evidence, await network.newestTrust(), { primitives: nodePrimitives });
    return code === 'proven' ? true : undefined;
  });
}

/** The key in the certificate with which the statement of an evidence file was signed. */
function signedWith(evidence: string): string {
  const { jws } = splitSdJwt(parseEvidence(evidence).statement);
  return encodeBase64url(parseStatement(jws, nodePrimitives.sha256).certificateKey);
}

interface Pending {
  readonly rights: ShownRights;
  readonly proposal: ShownProposal;
}

async function propose(by: string, change: Change): Promise<Pending> {
  const member = seats[by]!;
  const rights = await until('the board', async () => (await member.rights()) ?? undefined);
  const id = await member.propose(rights, change, LIFE_BLOCKS);
  const proposal = await until('the proposal', async () => (await member.proposal(id)) ?? undefined);
  return { rights, proposal };
}

/** The votes that decide, until the hub shows what came of them. */
async function decide({ rights, proposal }: Pending, ...voters: string[]): Promise<void> {
  for (const voter of voters) await seats[voter]!.vote(rights, proposal, 'for');
  await until('the decision', async () => {
    const now = await seats['beta']!.rights();
    return now !== null && now.version > rights.version ? true : undefined;
  });
}

function proof(of = 'alpha'): string {
  return network.services.find(({ name, organisation }) => name === 'proof' && organisation === of)!.http;
}

/** Waits until the proof of a member, alpha's if it is not said, says so of one of its keys. */
async function untilKey(kind: 'signing' | 'ledger', standing: string, of?: string): Promise<void> {
  await until(`the ${kind} key to be ${standing}`, async () => {
    const answer = await fetch(`${proof(of)}/health/ready`);
    const { shown } = (await answer.json()) as { shown: { name: string; ok: boolean; detail?: string }[] };
    const check = shown.find(({ name }) => name === `${kind}-key`)!;
    return (check.ok ? 'in-force' : check.detail) === standing ? true : undefined;
  });
}

/** The value of a metric of alpha's proof. */
async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${proof()}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(name.replace('}', ',')));
  return Number(line?.split(' ').at(-1));
}

async function inZone<T>(zone: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: zoneDatabaseUrl(network.postgres.url, zone) });
  await client.connect();
  try {
    return (await client.query(sql)).rows as T[];
  } finally {
    await client.end();
  }
}

/** What an operator does: the new files in the place of the old ones, and a restart. */
async function putIn(files: Partial<Record<string, string>>, of = 'alpha'): Promise<void> {
  const { environment } = running.host.plan(`${of}-proof`);
  await running.host.restart(`${of}-proof`, () => {
    for (const [variable, file] of Object.entries(files)) copyFileSync(file!, environment[variable]!);
  });
}

/** A signing key of alpha, in files that are put in for those that it has. */
async function newSigningKey(name: string): Promise<{ signingKey: string; files: Record<string, string> }> {
  const keyFile = join(running.folder, `${name}.pem`);
  const certificateFile = join(running.folder, `${name}.crt`);
  const { publicKey } = await generateStatementKey(
    { keyFile, certificateFile },
    { organisation: 'Alpha', notBefore: new Date(0), notAfter: new Date(4_000_000_000_000) },
  );
  return {
    signingKey: encodeBase64url(publicKey),
    files: { [SIGNING_KEY]: keyFile, [CERTIFICATE]: certificateFile },
  };
}

/** The slots whose items of alpha are in the log. */
function itemsOfAlpha(): Promise<{ slot: string; height: string }[]> {
  return inZone('alpha', "SELECT slot, height FROM archive.item WHERE member = 'alpha' ORDER BY height");
}

describe('keys and memberships that a board changes in a network at work', { timeout: 170_000 }, () => {
  it('rotates a signing key: what came before, meanwhile and after is proven, each with the key of its time', async () => {
    const before = signedWith(first);
    const { signingKey, files } = await newSigningKey('second');
    const pending = await propose('alpha', {
      kind: 'rotate-signing-key',
      organisation: 'alpha',
      signingKey,
    });
    await putIn(files);
    await untilKey('signing', 'proposed');
    const meanwhile = await state();
    await until('the event to wait', async () =>
      (await metric('besure_consumer_lag{source="intake"}')) > 0 ? true : undefined,
    );
    expect(await statusOf(meanwhile)).toBe('accepted');
    expect(await metric('besure_alarms{kind="signing-key"}')).toBe(0);
    await decide(pending, 'alpha', 'beta');
    const after = [await provenOf(meanwhile), await provenOf(await state())];
    expect([before === signingKey, ...after.map(signedWith)]).toEqual([false, signingKey, signingKey]);
    for (const evidence of [first, ...after]) await assertVerifies(evidence);
  });

  it('rotates the signing key of the exchange: what waits for its agreement is agreed on afterwards', async () => {
    const { signingKey, files } = await newSigningKey('exchange');
    const pending = await propose('alpha', {
      kind: 'rotate-signing-key',
      organisation: 'exchange',
      signingKey,
    });
    await putIn(files, 'exchange');
    await untilKey('signing', 'proposed', 'exchange');
    const meanwhile = await state();
    await until('the event to be stated', async () =>
      (await statusOf(meanwhile)) === 'prepared' ? true : undefined,
    );
    await decide(pending, 'alpha', 'beta');
    const after = await provenOf(meanwhile);
    const countersigned = parseCountersignature(parseEvidence(after).countersignature!);
    expect(() =>
      verifyCountersignature(countersigned, decodeBase64url(signingKey), nodePrimitives),
    ).not.toThrow();
    for (const evidence of [first, after]) await assertVerifies(evidence);
  });

  it('rotates a ledger key: slots stop, and go on with the new key, with all that waited in them', async () => {
    const file = join(running.folder, 'ledger.hex');
    const keyHash = hash160(generateLedgerKey(file).publicKey);
    const ledgerAddress = encodeAddress(keyHash, addressFormatOf(network.charter));
    const pending = await propose('alpha', {
      kind: 'rotate-ledger-key',
      organisation: 'alpha',
      ledgerAddress,
    });
    await putIn({ [LEDGER_KEY]: file });
    await untilKey('ledger', 'proposed');
    const meanwhile = await state();
    await until('the event to be countersigned', async () =>
      (await statusOf(meanwhile)) === 'countersigned' ? true : undefined,
    );
    await decide(pending, 'alpha', 'beta');
    const after = [await provenOf(meanwhile), await provenOf(await state())];
    for (const evidence of [first, ...after]) await assertVerifies(evidence);
    const [tip] = await inZone<{ raw: string }>(
      'alpha',
      'SELECT raw FROM proof.slot ORDER BY slot DESC LIMIT 1',
    );
    expect(tip!.raw).toContain(encodeHex(keyHash));
  });

  it('revokes a signing key without a warning: nothing is lost, and what was recorded too late is made anew', async () => {
    const sent: SentEvent[] = [];
    const revoked = signedWith(await provenOf(await state()));
    const pending = await propose('beta', {
      kind: 'revoke-signing-key',
      organisation: 'alpha',
      signingKey: revoked,
      compromisedFrom: null,
    });
    let isHeld = false;
    const revoking = decide(pending, 'beta', 'exchange')
      .then(() => untilKey('signing', 'ended'))
      .finally(() => (isHeld = true));
    while (!isHeld) sent.push(await state());
    await revoking;
    expect(await metric('besure_alarms{kind="signing-key"}')).toBe(1);
    sent.push(await state());
    const { signingKey, files } = await newSigningKey('third');
    const rotation = await propose('beta', { kind: 'rotate-signing-key', organisation: 'alpha', signingKey });
    await putIn(files);
    await decide(rotation, 'beta', 'exchange');
    await waitUntilSettled({ ...network, trust: await network.newestTrust() }, 100_000);
    const keys = new Set<string>();
    for (const one of sent) {
      const evidence = await provenOf(one);
      await assertVerifies(evidence);
      keys.add(signedWith(evidence));
    }
    expect(keys.has(signingKey)).toBe(true);
    // What was signed in the blocks before the decision was final, and what then was in no slot yet.
    const replaced = await inZone('alpha', "SELECT slot FROM proof.statement WHERE state = 'replaced'");
    expect(replaced.length).toBeGreaterThan(0);
  });

  it('suspends an organisation: the node refuses it, the log has nothing of it, and what waits is proven once it is back', async () => {
    await decide(
      await propose('beta', { kind: 'suspend-organisation', organisation: 'alpha' }),
      'beta',
      'exchange',
    );
    await untilKey('signing', 'suspended');
    await untilKey('ledger', 'suspended');
    expect(await metric('besure_alarms{kind="signing-key"}')).toBe(1);
    const meanwhile = await state();
    await untilRefusedByTheNode();
    expect(await statusOf(meanwhile)).toBe('accepted');
    await assertVerifies(first);
    await decide(
      await propose('beta', { kind: 'reinstate-organisation', organisation: 'alpha' }),
      'beta',
      'exchange',
    );
    const after = [await provenOf(meanwhile), await provenOf(await state())];
    for (const evidence of [first, ...after]) await assertVerifies(evidence);
    const { from, until: end } = (await charterNow()).organisations.find(({ id }) => id === 'alpha')!
      .suspensions[0]!;
    const heights = (await itemsOfAlpha()).map(({ height }) => Number(height));
    expect(heights.filter((height) => height >= from && height < end!)).toEqual([]);
    expect(heights.some((height) => height < from) && heights.some((height) => height >= end!)).toBe(true);
  });

  it('leaves a network in which nothing is missing and nothing is there twice', async () => {
    await waitUntilSettled({ ...network, trust: await network.newestTrust() }, 100_000);
    const report = await fsckNetwork({ ...network, trust: await network.newestTrust() }, { ledger: true });
    expect(report.findings).toEqual([]);
  });
});

async function charterNow(): Promise<Network['charter']> {
  const [row] = await inZone<{ state: string }>('beta', 'SELECT state FROM archive.followed_rights');
  return (JSON.parse(row!.state) as { charter: Network['charter'] }).charter;
}

/** Alpha's own item of its next slot, handed to the node by hand. */
async function untilRefusedByTheNode(): Promise<void> {
  const ledgerKey = loadLedgerSigner(running.host.plan('alpha-proof').environment[LEDGER_KEY]!);
  const keyHash = hash160(ledgerKey.publicKey);
  const address = encodeAddress(keyHash, addressFormatOf(network.charter));
  const rights = network.services.find(({ name }) => name === 'rights')!.http;
  await until('the rights of alpha to be gone', async () => {
    const text = await (await fetch(`${rights}/v1/permissions`)).text();
    return text.includes(address) ? undefined : true;
  });
  const [chain] = await inZone<{ last_slot: string }>('alpha', 'SELECT last_slot FROM proof.slot_chain');
  const [unspent] = (await askNode('listunspent', [0, 999_999, [address]])).result as {
    txid: string;
    vout: number;
    scriptPubKey: string;
  }[];
  const { raw } = buildItemTransaction(
    {
      input: { ...unspent!, script: decodeHex(unspent!.scriptPubKey) },
      streamEntity: streamEntity(await network.ledger.streamCreation('proofs')),
      item: encodeItem({ slot: Number(chain!.last_slot) + 1, root: new Uint8Array(32) }),
      keyHash,
    },
    ledgerKey,
  );
  const refused = await askNode('sendrawtransaction', [encodeHex(raw)]);
  // What a node says of inputs that their owner may not send any more.
  expect(refused.error?.message).toBe('16: ConnectInputs failed');
}

/** What anyone asks a node who has its password. */
async function askNode(
  method: string,
  params: readonly unknown[],
): Promise<{ result: unknown; error: { message: string } | null }> {
  const { url, user, passwordFile, chain } = network.ledger.address;
  const password = readFileSync(passwordFile, 'utf8').trim();
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
    body: JSON.stringify({ id: 1, chain_name: chain, method, params }),
  });
  return (await answer.json()) as Awaited<ReturnType<typeof askNode>>;
}
