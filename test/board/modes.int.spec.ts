import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import {
  type BoardRule,
  type Change,
  networkOf,
  parseNote,
  replay,
  type RightsState,
} from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { parseTransaction, streamEntity, toHex, txidOf } from '@besure/ledger-tx';
import { connectBus, inboxPrefixOf, type Json, MessagingError, request } from '@besure/messaging';
import { connectNode, type NodeSettings } from '@besure/multichain';
import {
  encodeBase64url,
  parseEntryBundle,
  parseLogEntry,
  parseOutputsAnswer,
  parseSubmitAnswer,
  SUBJECTS,
} from '@besure/protocol';
import type { RunningService } from '@besure/service';
import { apiFetch, startNats, waitUntil } from '@besure/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  itemBy,
  makeCharter,
  type TestCharter,
  type TestMember,
} from '../../apps/ledger-writer/contract/scripted-network.js';
import { devchain, type Ledger, parametersOf, startHub } from './hubs-on-a-ledger.js';
import { signedNote } from '../../apps/ledger-writer/contract/signed-note.js';

const { sha256 } = nodePrimitives;
const HUBS = 3;
/** Three real nodes that mine every two seconds now and then disagree about more than two blocks. */
const FINAL_DEPTH = process.env['BESURE_TEST_MULTICHAIN_NODES'] === undefined ? 2 : 6;
/** Blocks of a real node take seconds, and each decision some of them. */
const MINUTES = 240_000;

type Member = 0 | 1 | 2;
const [ALPHA, BETA, EXCHANGE] = [0, 1, 2] as const;

/** Whose votes are not enough, and who then makes them so. */
interface Votes {
  readonly tooFew: readonly Member[];
  readonly decisive: Member;
}

/** How a board of alpha, beta and the exchange decides: about delta's admission, and then, delta being one of four, about its suspension. */
interface Mode {
  readonly rule: BoardRule;
  readonly admits: Votes;
  readonly suspends: Votes;
}

const BETA_DECIDES: Votes = { tooFew: [ALPHA, EXCHANGE], decisive: BETA };

const MODES: Readonly<Record<string, Mode>> = {
  central: {
    rule: { mode: 'central', organisation: 'beta' },
    admits: BETA_DECIDES,
    suspends: BETA_DECIDES,
  },
  majority: {
    rule: { mode: 'majority' },
    admits: { tooFew: [ALPHA], decisive: EXCHANGE },
    suspends: BETA_DECIDES,
  },
  hybrid: {
    rule: { mode: 'hybrid', organisations: ['alpha', 'beta', 'exchange'], atLeast: 2, including: ['beta'] },
    admits: BETA_DECIDES,
    suspends: BETA_DECIDES,
  },
};

interface RealNode extends NodeSettings {
  /** Of the node's own key. */
  readonly nodeAddress: string;
}

interface RealNodes {
  readonly mode: string;
  readonly nodes: readonly RealNode[];
  /** One that has no rights yet, and the program that starts it once it may connect. */
  readonly later?: RealNode & { readonly start: string };
}

/** A new chain of three connected nodes, all of them administrators, and the mode to play there: by hand, once for each mode. */
const REAL = process.env['BESURE_TEST_MULTICHAIN_NODES'];
const real = REAL === undefined ? null : (JSON.parse(readFileSync(REAL, 'utf8')) as RealNodes);

async function openLedgers(): Promise<Ledger[]> {
  if (real !== null) return real.nodes.map((settings) => ({ settings, stop: async () => {} }));
  const shared = await devchain(100);
  return Array.from({ length: HUBS }, () => shared);
}

const MODES_TO_PLAY = Object.entries(MODES).filter(([mode]) => real === null || mode === real.mode);

describe.each(MODES_TO_PLAY)('three hubs and a board that decides by the rule %s', (_name, mode) => {
  const cleanups: (() => unknown)[] = [];
  let ledgers: Ledger[];
  let network: TestCharter;
  let hubs: RunningService[];
  let url: string;
  /** How many entries the log of rights has, and how many the log of proofs. */
  let decided = 1;
  let recorded = 0;

  beforeAll(async () => {
    ledgers = await openLedgers();
    const nats = await startNats();
    ({ url } = nats);
    const parameters = await Promise.all(ledgers.map(parametersOf));
    const made = makeCharter({
      ...parameters[0]!,
      hubs: HUBS,
      finalDepth: FINAL_DEPTH,
      quorum: { hubs: 2, witnesses: 0 },
    });
    network = {
      ...made,
      charter: {
        ...made.charter,
        hubs: await Promise.all(
          made.charter.hubs.map(async (hub, at) => ({
            ...hub,
            provider: `Provider ${at}`,
            nodeAddress: await addressOf(ledgers[at]!),
          })),
        ),
        board: { ...made.charter.board, rule: mode.rule, hostingCapPercent: 34 },
      },
    };
    hubs = await Promise.all(
      network.hubs.map(({ signer }, at) => startHub(network.charter, signer, ledgers[at]!, nats)),
    );
    cleanups.push(
      () => ledgers[0]!.stop(),
      () => nats.stop(),
      ...hubs.map((hub) => () => hub.stop()),
    );
    await ask('rights', SUBJECTS.found, {});
    await statesAt(1);
  }, MINUTES);

  afterAll(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  }, MINUTES);

  /** The address of a node's own key. */
  async function addressOf({ settings }: Ledger): Promise<string> {
    if (real === null) return (await parametersOf(ledgers[0]!)).nodeAddress!;
    return real.nodes.find(({ url: at }) => at === settings.url)!.nodeAddress;
  }

  /** Asks until there is an answer that is no refusal: all of it may be asked twice. */
  async function ask(user: string, subject: string, payload: Json): Promise<Record<string, unknown>> {
    const bus = connectBus({ url, name: user, inboxPrefix: inboxPrefixOf(user) });
    try {
      return await waitUntil(
        { what: `an answer on ${subject}`, timeoutMillis: MINUTES, everyMillis: 100 },
        async () => {
          try {
            return await request(bus, subject, payload, { timeoutMillis: 10_000 });
          } catch (error) {
            if (error instanceof MessagingError) return undefined;
            throw error;
          }
        },
      );
    } finally {
      await bus.close();
    }
  }

  async function entriesOf(hub: RunningService, log: string, size: number): Promise<Uint8Array[]> {
    return waitUntil(
      { what: `${size} entries of ${log}`, timeoutMillis: MINUTES, everyMillis: 100 },
      async () => {
        const answer = await apiFetch(`${hub.httpUrl}/log/${log}/tile/entries/000.p/${size}`);
        return answer.ok ? parseEntryBundle(new Uint8Array(await answer.arrayBuffer()), size) : undefined;
      },
    );
  }

  /** What all hubs agree to be the state after so many entries. */
  async function statesAt(size: number): Promise<RightsState> {
    const states = await Promise.all(
      hubs.map(async (hub) => replay(null, await entriesOf(hub, 'rights', size), nodePrimitives).state!),
    );
    for (const other of states) expect(other).toEqual(states[0]);
    decided = size;
    return states[0]!;
  }

  async function carry(member: Member, content: object): Promise<string> {
    const note = signedNote(network, network.members[member], content);
    await ask('rights', SUBJECTS.carry, { note });
    return note;
  }

  async function propose(change: Change): Promise<{ id: string; state: RightsState }> {
    const { version } = await statesAt(decided);
    const note = await carry(ALPHA, {
      ...{ kind: 'proposal', state: version, expires: 90_000, minute: null },
      change,
    });
    return { id: parseNote(note, sha256).id, state: await statesAt(decided + 1) };
  }

  /** The board decides: not before the last of those votes that its rule asks for. */
  async function decide(change: Change, { tooFew, decisive }: Votes): Promise<RightsState> {
    const { id, state } = await propose(change);
    for (const member of [...tooFew, decisive]) {
      expect((await statesAt(decided)).version).toBe(state.version);
      const vote = { kind: 'vote', state: state.version, proposal: id, number: 1, choice: 'for' };
      await carry(member, vote);
      await statesAt(decided + 1);
    }
    const after = await statesAt(decided);
    expect(after.version).toBe(state.version + 1);
    return after;
  }

  async function mayWrite({ address }: TestMember): Promise<boolean[]> {
    return Promise.all(
      ledgers.map(async ({ settings }) => {
        const node = connectNode(settings);
        const rights = await node.listPermissions('proofs.write');
        node.close();
        return rights.some((right) => right.address === address);
      }),
    );
  }

  /** Who holds a right on the chain, as every node has it. */
  async function holdersOf(type: string): Promise<Set<string>> {
    const lists = await Promise.all(
      ledgers.map(async ({ settings }) => {
        const node = connectNode(settings);
        const [height, rights] = [await node.getBlockCount(), await node.listPermissions(type)];
        node.close();
        return new Set(
          rights
            .filter(({ startBlock, endBlock }) => startBlock <= height && endBlock > height)
            .map(({ address }) => address),
        );
      }),
    );
    return lists.reduce((all, one) => new Set([...all].filter((address) => one.has(address))));
  }

  async function onAllNodes(what: string, member: TestMember, permitted: boolean): Promise<void> {
    await waitUntil({ what, timeoutMillis: MINUTES, everyMillis: 100 }, async () =>
      (await mayWrite(member)).every((may) => may === permitted) ? true : undefined,
    );
  }

  /** An item of that member on an output that is final. */
  async function itemOf(member: TestMember, slot: number) {
    const { outputs, streams } = await waitUntil(
      { what: 'an output', timeoutMillis: MINUTES, everyMillis: 100 },
      async () => {
        const answer = parseOutputsAnswer(
          await ask(member.id, SUBJECTS.outputs(member.id), { address: member.address }),
        );
        return answer.outputs.some(({ confirmations }) => confirmations > FINAL_DEPTH) ? answer : undefined;
      },
    );
    const { txid, vout, raw } = outputs.find(({ confirmations }) => confirmations > FINAL_DEPTH)!;
    const { script } = parseTransaction(raw).outputs[vout]!;
    const entity = streamEntity(txidOf(streams.proofs.raw, sha256));
    return itemBy(member, entity, slot, undefined, { txid, vout, script });
  }

  const newcomer = (): TestMember => ({ ...network.stranger, id: 'delta' });

  it(
    'admits an organisation: every node lets it write, and its items stand in the log of all hubs',
    async () => {
      const { address, seat } = newcomer();
      expect(await mayWrite(newcomer())).toEqual([false, false, false]);
      const delta = {
        organisation: 'delta',
        name: 'Delta',
        signingKey: encodeBase64url(Uint8Array.of(4, ...new Uint8Array(64).fill(7))),
        ledgerAddress: address,
        seats: [encodeBase64url(seat.publicKey)],
      };
      await decide({ kind: 'admit-organisation', ...delta }, mode.admits);
      await onAllNodes('delta to be granted', newcomer(), true);
      const item = await itemOf(newcomer(), 1_001);
      const answer = await ask('delta', SUBJECTS.submit('delta'), { transactions: [toHex(item.raw)] });
      expect(parseSubmitAnswer(answer, 1)).toEqual([{ txid: item.txid }]);
      recorded += 1;
      const logs = await Promise.all(hubs.map((hub) => entriesOf(hub, 'proofs', recorded)));
      for (const log of logs) {
        expect(log).toEqual(logs[0]);
        expect(parseLogEntry(log[0]!).publisher).toEqual(newcomer().keyHash);
      }
    },
    MINUTES,
  );

  it(
    'refuses a hub whose provider would have more than the cap',
    async () => {
      const { keys, ...first } = network.charter.hubs[0]!;
      const [{ log, witness }] = makeCharter({ ...(await parametersOf(ledgers[0]!)) }).hubs.map(
        ({ hub }) => hub.keys[0]!,
      ) as [(typeof keys)[number]];
      const { id } = await propose({
        kind: 'admit-hub',
        ...{ hub: 'hub-3', name: 'hub-3.example', operator: 'Operator 3', provider: first.provider },
        ...{ nodeAddress: first.nodeAddress, log, witness },
      });
      const all = await entriesOf(hubs[1]!, 'rights', decided);
      const { outcomes } = replay(null, all, nodePrimitives);
      expect(outcomes.at(-1)).toMatchObject({ refused: 'change', field: 'change.provider' });
      expect((await statesAt(decided)).proposals.map((one) => one.id)).not.toContain(id);
    },
    MINUTES,
  );

  it(
    'suspends an organisation: no node takes what it writes',
    async () => {
      const item = await itemOf(newcomer(), 1_002);
      await decide({ kind: 'suspend-organisation', organisation: 'delta' }, mode.suspends);
      await onAllNodes('delta to be suspended', newcomer(), false);
      for (const { settings } of ledgers) {
        const node = connectNode(settings);
        expect(await node.sendRawTransactions([toHex(item.raw)])).toMatchObject([
          { ok: false, error: { code: 'no-permission' } },
        ]);
        node.close();
      }
    },
    MINUTES,
  );

  it.skipIf(real?.later === undefined)(
    'admits a hub with a node of its own, which mines and administers once it has shown itself, and removes it',
    async () => {
      const { start, nodeAddress, ...settings } = real!.later!;
      const parameters = await parametersOf(ledgers[0]!);
      const [newcomer] = makeCharter({ ...parameters, hubs: HUBS + 1 }).hubs.slice(HUBS);
      const { keys, ...said } = newcomer!.hub;
      const { log, witness } = keys[0]!;
      const { id: hub, name, operator } = said;
      const of = { hub, name, operator, provider: 'Provider 3', nodeAddress, log, witness };
      await decide({ kind: 'admit-hub', ...of }, mode.admits);
      const holds = async (type: string): Promise<boolean> => (await holdersOf(type)).has(nodeAddress);
      const until = (what: string, look: () => Promise<boolean>): Promise<true> =>
        waitUntil(
          { what, timeoutMillis: MINUTES, everyMillis: 200 },
          async () => (await look()) || undefined,
        );
      await until('the right to connect', () => holds('connect'));
      expect(await holds('mine')).toBe(false);
      execFileSync(start, { stdio: 'ignore' });
      const nats = await startNats();
      const running = await startHub(
        network.charter,
        newcomer!.signer,
        { settings, stop: async () => {} },
        nats,
      );
      cleanups.push(
        () => nats.stop(),
        () => running.stop(),
      );
      // It publishes the first charter once more, which stands in the log of all.
      await statesAt(decided + 1);
      await until('the right to mine', () => holds('mine'));
      await until('the right to administer', () => holds('admin'));
      await decide({ kind: 'remove-hub', hub }, mode.admits);
      for (const type of ['mine', 'admin', 'connect'])
        await until(`the end of the right: ${type}`, async () => !(await holds(type)));
    },
    4 * MINUTES,
  );

  it(
    'leaves nothing on the chain that nobody decided on',
    async () => {
      const answers = await Promise.all(hubs.map((hub) => apiFetch(`${hub.httpUrl}/v1/undecided-rights`)));
      for (const answer of answers) expect(await answer.json()).toMatchObject({ rights: [] });
      expect(networkOf(network.charter, sha256)).toBe((await statesAt(decided)).network);
    },
    MINUTES,
  );
});
