import { audit } from '@besure/audit';
import {
  formatCharter,
  formatTrust,
  formatTrustLog,
  networkOf,
  replay,
  type TrustLog,
  trustOf,
} from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { CompactRange, encodeRightsEntry, encodeRightsItem, leafHash, utf8Encode } from '@besure/protocol';
import { openTrust, TrustError, verify } from '@besure/verification';
import { describe, expect, it } from 'vitest';
import { makeNetwork, type TestNetwork } from '../../apps/ledger-writer/contract/scripted-network.js';
import { CheckpointSigning } from '../../apps/ledger-writer/src/checkpoint-signing.js';
import { signedNote } from '../../apps/ledger-writer/contract/signed-note.js';

const { sha256 } = nodePrimitives;
const TIME = 1_800_000_000;
const network = makeNetwork();
const name = networkOf(network.charter, sha256);

function entryOf(height: number, kind: 'charter' | 'note', content: string): Uint8Array {
  const item = encodeRightsItem({ kind, content: utf8Encode(content) });
  return encodeRightsEntry({ publisher: new Uint8Array(20), height, time: TIME + height, item });
}

/** A log in which two of three suspend beta. */
function log(): Uint8Array[] {
  const [alpha, , exchange] = network.members;
  const change = { kind: 'suspend-organisation', organisation: 'beta' };
  const proposal = signedNote(network, alpha, {
    kind: 'proposal',
    state: 0,
    expires: 500,
    minute: null,
    change,
  });
  const [header, payload] = proposal.split('.');
  const id = Buffer.from(sha256(utf8Encode(`${header!}.${payload!}`))).toString('base64url');
  const vote = { kind: 'vote', state: 0, proposal: id, number: 1, choice: 'for' };
  const notes = [proposal, ...[alpha, exchange].map((member) => signedNote(network, member, vote))];
  return [
    entryOf(10, 'charter', formatCharter(network.charter)),
    ...notes.map((note, i) => entryOf(11 + i, 'note', note)),
  ];
}

/** The checkpoint over entries as evidence would carry it: signed by the hub, or by that of another network. */
function signed(
  entries: readonly Uint8Array[],
  by: TestNetwork = network,
  origin = `${network.charter.log.origin}/rights`,
): string {
  const range = new CompactRange(sha256);
  for (const entry of entries) range.append(leafHash(entry, sha256));
  const { hub, signer } = by.hubs[0]!;
  const note = new CheckpointSigning(
    origin,
    { ...network.hubs[0]!.hub, keys: hub.keys },
    signer,
    sha256,
  ).sign({ origin, size: range.size, root: range.root() }, TIME);
  // ML-DSA-44 lines are the long ones; Ed25519 stands beside them for existing tools.
  const [body, lines] = note.split('\n\n');
  return `${body!}\n\n${lines!
    .split('\n')
    .filter((line) => line.length > 1000)
    .join('\n')}\n`;
}

const entries = log();
const good: TrustLog = { network: name, checkpoint: signed(entries), entries };

function codeOf(file: string): string {
  try {
    openTrust(file, nodePrimitives);
    return 'opened';
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

describe('a trust file, version 1', () => {
  it('comes to what replaying the log comes to, and tells of which time a quorum confirms that', () => {
    const { state } = replay(null, entries, nodePrimitives, name);
    expect(openTrust(formatTrustLog(good), nodePrimitives)).toEqual({
      network: name,
      charter: state!.charter,
      confirmedAt: TIME,
    });
    expect(state!.charter.organisations[1]!.suspensions).toHaveLength(1);
  });

  it('names the network as version 0 of its first charter does', () => {
    expect(openTrust(formatTrust(trustOf(network.charter)), nodePrimitives)).toEqual({
      network: name,
      charter: network.charter,
      confirmedAt: null,
    });
  });

  it.each<[string, TrustLog | string, string]>([
    [
      'an entry is missing',
      { ...good, entries: entries.slice(0, -1) },
      'trust-malformed: the entries do not have the root',
    ],
    [
      'entries are in another order',
      { ...good, entries: entries.with(1, entries[2]!).with(2, entries[1]!) },
      'trust-malformed: the entries do not have the root',
    ],
    [
      'it is named for another network',
      { ...good, network: '00'.repeat(32) },
      'trust-malformed: the log has no charter of the network',
    ],
    [
      'it holds nothing',
      { ...good, entries: [], checkpoint: signed([]) },
      'trust-malformed: the log has no charter of the network',
    ],
    ['others signed', { ...good, checkpoint: signed(entries, makeNetwork()) }, 'trust-not-confirmed'],
    [
      'it is a checkpoint of the other log',
      { ...good, checkpoint: signed(entries, network, network.charter.log.origin) },
      'trust-not-confirmed',
    ],
    [
      'nobody but the log signed',
      { ...good, checkpoint: `${good.checkpoint.split('\n').slice(0, -2).join('\n')}\n` },
      'trust-not-confirmed',
    ],
    [
      'a line says nothing',
      { ...good, checkpoint: `${good.checkpoint}— nobody bm9ib2R5LnNpZ25hdHVyZQ==\n` },
      'trust-malformed: the checkpoint has signatures that do not count',
    ],
    ['it is no checkpoint', { ...good, checkpoint: 'nothing' }, 'trust-malformed'],
    [
      'it is laid out otherwise',
      formatTrustLog(good).replace('"entries": [', '"entries":['),
      'trust-malformed: the text is not the one',
    ],
    [
      'it has another member',
      formatTrustLog(good).replace('"network"', '"note": 1,\n  "network"'),
      'trust-malformed: note',
    ],
    [
      'an entry is no base64',
      formatTrustLog(good).replace(/"QlNS[^"]{4}/, (text) => `${text.slice(0, -1)}!`),
      'trust-malformed: entries.0 must be base64',
    ],
  ])('is refused where %s', (_what, file, code) => {
    expect(codeOf(typeof file === 'string' ? file : formatTrustLog(file))).toContain(code);
  });

  it('that is refused makes a judgement of its own', () => {
    const unconfirmed = formatTrustLog({ ...good, checkpoint: signed(entries, makeNetwork()) });
    expect(audit('', unconfirmed, nodePrimitives).code).toBe('trust-not-confirmed');
    expect(audit('', '{}', nodePrimitives).code).toBe('trust-malformed');
    expect(audit('', formatTrustLog(good), nodePrimitives).code).toBe('accusation-malformed');
  });

  it('that is refused makes a verdict of its own', () => {
    const unconfirmed = formatTrustLog({ ...good, checkpoint: signed(entries, makeNetwork()) });
    expect(verify('', unconfirmed, { primitives: nodePrimitives }).code).toBe('trust-not-confirmed');
    expect(verify('', '{}', { primitives: nodePrimitives }).code).toBe('trust-malformed');
    expect(verify('', formatTrustLog(good), { primitives: nodePrimitives }).code).toBe('evidence-malformed');
    expect(
      verify('', openTrust(formatTrustLog(good), nodePrimitives), { primitives: nodePrimitives }).code,
    ).toBe('evidence-malformed');
  });
});
