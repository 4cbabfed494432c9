import { EventStore, migrate, openDataSource } from '@besure/event-store';
import { type Change, type Charter, formatCharter, isMemberAt, organisation } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { CharterFollower, charterMigrations } from '@besure/log-store';
import { freshDatabase, waitUntil } from '@besure/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeNetwork, type TestNetwork } from '../../apps/ledger-writer/contract/scripted-network.js';
import { signedNote } from '../../apps/ledger-writer/contract/signed-note.js';
import { ServedRights } from './served-rights.js';

const SCHEMA = 'intake';
const suspension: Change = { kind: 'suspend-organisation', organisation: 'beta' };

let network: TestNetwork;
let served: ServedRights;
let store: EventStore;
let said: { message: string; fields: object }[] = [];
let closing: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  network = makeNetwork();
  served = await ServedRights.start(network);
  const { url } = await freshDatabase();
  await migrate({ url, schema: SCHEMA, migrations: charterMigrations(SCHEMA) });
  const dataSource = await openDataSource({ url, schema: SCHEMA });
  store = new EventStore({ dataSource, schema: SCHEMA });
  closing = [() => served.stop(), () => dataSource.destroy()];
  said = [];
});

afterEach(async () => {
  for (const close of closing) await close();
});

function open(suffices: (charter: Charter) => boolean = () => true): Promise<CharterFollower> {
  const note = (message: string, fields: object): void => void said.push({ message, fields });
  const options = { store, first: network.charter, hubLogUrls: [served.url], primitives: nodePrimitives };
  return CharterFollower.open({ ...options, log: { info: note, warn: note } }, suffices);
}

/** Two of three accept that beta is suspended. */
function suspendBeta(): void {
  const [alpha, , exchange] = network.members;
  const proposal = signedNote(network, alpha, {
    kind: 'proposal',
    state: 0,
    expires: 500,
    minute: null,
    change: suspension,
  });
  const [header, payload] = proposal.split('.');
  const id = Buffer.from(nodePrimitives.sha256(Buffer.from(`${header}.${payload}`))).toString('base64url');
  const vote = { kind: 'vote', state: 0, proposal: id, number: 1, choice: 'for' };
  served.add('note', proposal);
  served.add('note', ...[alpha, exchange].map((member) => signedNote(network, member, vote)));
}

function betaIsMember({ charter }: CharterFollower): boolean {
  return isMemberAt(organisation(charter, 'beta')!, 1_000);
}

describe('CharterFollower', () => {
  it('gives the first charter until the log says otherwise, and then what the board has made of it', async () => {
    const follower = await open();
    expect(follower.charter).toBe(network.charter);
    await follower.look();
    expect([follower.charter, said]).toEqual([network.charter, []]);
    served.add('charter', formatCharter(network.charter));
    await follower.look();
    expect([betaIsMember(follower), said]).toEqual([true, []]);
    suspendBeta();
    await follower.look();
    expect(betaIsMember(follower)).toBe(false);
    expect(said).toEqual([{ message: 'the board has changed the charter', fields: { version: '1' } }]);
  });

  it('looks by itself', async () => {
    const follower = await open();
    follower.start();
    served.add('charter', formatCharter(network.charter));
    suspendBeta();
    follower.wake();
    const isSuspended = await waitUntil({ what: 'the suspension' }, async () =>
      betaIsMember(follower) ? undefined : true,
    );
    expect(isSuspended).toBe(true);
    await follower.stop();
  });

  it('goes on with what it read after a restart, when no hub answers', async () => {
    served.add('charter', formatCharter(network.charter));
    suspendBeta();
    await (await open()).look();
    served.isAway = true;
    const again = await open();
    expect(betaIsMember(again)).toBe(false);
    await again.look();
    expect(said.at(-1)?.message).toBe('the log of rights cannot be followed');
    expect(betaIsMember(again)).toBe(false);
  });

  it('reads what it needs to start, and nothing where what it kept is enough', async () => {
    served.add('charter', formatCharter(network.charter));
    suspendBeta();
    expect(betaIsMember(await open())).toBe(true);
    const isSuspended = (charter: Charter): boolean => organisation(charter, 'beta')!.suspensions.length > 0;
    expect(betaIsMember(await open(isSuspended))).toBe(false);
    served.isAway = true;
    said = [];
    expect(betaIsMember(await open(isSuspended))).toBe(false);
    expect(said).toEqual([]);
  });

  it('never goes back: a hub that shows less, or what no quorum has signed, changes nothing', async () => {
    served.add('charter', formatCharter(network.charter));
    const follower = await open();
    await follower.look();
    served.signAs(makeNetwork());
    suspendBeta();
    await follower.look();
    expect(betaIsMember(follower)).toBe(true);
    expect(said.map(({ message }) => message)).toEqual(['the log of rights cannot be followed']);
    served.signAs(network);
    await follower.look();
    expect(betaIsMember(follower)).toBe(false);
    const entries = served.entries.splice(1);
    served.add('note');
    said = [];
    await follower.look();
    expect([betaIsMember(follower), said]).toEqual([false, []]);
    served.entries.push(...entries);
  });
});
