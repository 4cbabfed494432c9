import {
  encodeBase64,
  formatEvidence,
  formatTlogProof,
  NO_TIME,
  parseTlogProof,
  type RecordingV1,
} from '@besure/protocol';
import { changedRecording, relogged, scene, type SceneOptions, staged } from './case-tools.ts';
import type { EvidenceCase } from './cases.ts';
import { noteSigner, seedOf } from './keys.ts';
import { hubOf, Network, type Recorded, signatureLine } from './network.ts';

type Lines = NonNullable<SceneOptions['lines']>;

const ORIGIN = 'besure.example/test/proofs';
const WATCHED = { witnesses: ['alpha', 'beta', 'exchange'], quorum: { hubs: 1, witnesses: 2 } } as const;
const HUB = hubOf('hub-1', ORIGIN, 'hub-1.example/witness');
const usual = (network: Network, { slot }: Recorded): string[] => network.lines(network.times(slot));

/** The usual lines, changed. */
function lines(change: (usual: string[], network: Network, recorded: Recorded) => string[]): Lines {
  return (network, recorded) => change(usual(network, recorded), network, recorded);
}

/** One character of the signature of a line changed, so that other bits come out. */
function damaged(line: string, at = 200): string {
  return line.slice(0, -at) + (line.at(-at) === 'A' ? 'B' : 'A') + line.slice(-at + 1);
}

function withProof(
  recording: RecordingV1,
  change: (hashes: readonly Uint8Array[]) => readonly Uint8Array[],
): RecordingV1 {
  const parsed = parseTlogProof(recording.log);
  return { ...recording, log: formatTlogProof({ ...parsed, proof: change(parsed.proof) }) };
}

/** The log: inclusion, checkpoint, signatures. */
export const logCases: readonly EvidenceCase[] = [
  changedRecording(
    'log-proof-with-extra',
    'An extra line in the log proof: nothing authenticates it.',
    'log-malformed',
    (recording) => relogged(recording, (log) => log.replace('\nindex', '\nextra AAAA\nindex')),
  ),
  changedRecording(
    'extension-line',
    'An extension line in the checkpoint: ML-DSA-44 cosignatures do not cover it.',
    'log-malformed',
    (recording) => relogged(recording, (log) => log.replace('\n\n\u2014', '\nelection day\n\n\u2014')),
  ),
  changedRecording('log-index-with-zero', 'An index with a leading zero.', 'log-malformed', (recording) =>
    relogged(recording, (log) => log.replace('index ', 'index 0')),
  ),
  changedRecording('no-signature', 'A checkpoint that nobody signed.', 'log-malformed', (recording) =>
    relogged(recording, (log) => log.slice(0, log.indexOf('\u2014'))),
  ),
  changedRecording('other-log', 'The checkpoint of another log.', 'log-unknown', (recording) =>
    relogged(recording, (log) => log.replace(`\n${ORIGIN}\n`, '\nbesure.example/other/proofs\n')),
  ),
  changedRecording('other-log-index', 'Another place in the log.', 'not-in-log', (recording) =>
    relogged(recording, (log) => log.replace(/index \d+/, 'index 12')),
  ),
  changedRecording('log-index-outside', 'A place that the log does not have.', 'not-in-log', (recording) =>
    relogged(recording, (log) => log.replace(/index \d+/, 'index 13')),
  ),
  changedRecording(
    'other-inclusion-proof',
    'One hash of the inclusion proof changed.',
    'not-in-log',
    (recording) => withProof(recording, ([, ...rest]) => [seedOf('x'), ...rest]),
  ),
  changedRecording('inclusion-proof-too-short', 'One hash less.', 'not-in-log', (recording) =>
    withProof(recording, (hashes) => hashes.slice(0, -1)),
  ),
  changedRecording('inclusion-proof-too-long', 'One hash more.', 'not-in-log', (recording) =>
    withProof(recording, (hashes) => [...hashes, seedOf('x')]),
  ),
  changedRecording(
    'other-root',
    'Another root in the checkpoint.',
    'not-in-log',
    (recording, { network }) => {
      const other = new Network();
      other.addEntry(seedOf('y'));
      return relogged(recording, (log) =>
        log
          .replace(/\n[^\n]*\n\n\u2014/, `\n${encodeBase64(other.head().root)}\n\n\u2014`)
          .replace(/\n12\n/, `\n${network.head().size}\n`),
      );
    },
  ),
  changedRecording(
    'other-size',
    'Another size in the checkpoint, of which this proof could be one too.',
    'checkpoint-signature',
    (recording) => relogged(recording, (log) => log.replace('\n13\n', '\n14\n')),
  ),

  staged(
    'unknown-signature',
    'A line of a key that the charter does not have: whoever can ignore it can change it.',
    'signature-line-surplus',
    {
      lines: lines((all, network) => [
        ...all,
        signatureLine(
          noteSigner('ml-dsa-44', 'mallory.example/witness', 'mallory'),
          network.head(),
          1_795_371_930,
        ),
      ]),
    },
  ),
  staged(
    'unknown-signature-under-a-known-name',
    'The same under the name of the hub.',
    'signature-line-surplus',
    {
      lines: lines((all, network) => [
        ...all,
        signatureLine(
          noteSigner('ml-dsa-44', 'hub-1.example/witness', 'mallory'),
          network.head(),
          1_795_371_930,
        ),
      ]),
    },
  ),
  staged('signature-twice', 'One line twice.', 'signature-line-surplus', {
    lines: lines((all) => [...all, all.at(-1)!]),
  }),
  staged(
    'second-cosignature-of-a-hub',
    'A second cosignature of one hub, at another time: a hub counts once.',
    'signature-line-surplus',
    {
      lines: lines((all, network) => [...all, signatureLine(HUB.witness[0]!, network.head(), 1_795_372_000)]),
    },
  ),
  staged(
    'signatures-in-another-order',
    'The lines in another order: a second text for the same.',
    'signature-line-surplus',
    {
      lines: lines((all) => all.toReversed()),
    },
  ),
  staged('damaged-cosignature', 'One bit of the ML-DSA-44 cosignature changed.', 'checkpoint-signature', {
    lines: lines((all) => all.map((line, i) => (i === 1 ? damaged(line) : line))),
  }),
  staged('damaged-log-signature', 'One bit of the ML-DSA-44 log signature changed.', 'checkpoint-signature', {
    lines: lines((all) => all.map((line, i) => (i === 0 ? damaged(line) : line))),
  }),
  staged(
    'ed25519-cosignature-line',
    'An Ed25519 cosignature of the hub, true and in its place: published checkpoints have it, evidence does not.',
    'signature-line-surplus',
    {
      lines: (network, { slot }) => network.publishedLines(network.times(slot)).filter((_, i) => i !== 1),
    },
  ),
  staged('ed25519-log-line', 'The same for the Ed25519 signature as the log.', 'signature-line-surplus', {
    lines: (network, { slot }) => network.publishedLines(network.times(slot)).slice(0, 3),
  }),
  staged(
    'cosignature-over-another-checkpoint',
    'A true cosignature, but over an earlier checkpoint.',
    'checkpoint-signature',
    {
      lines: lines((all) => {
        const earlier = new Network();
        return [...all.slice(0, 1), ...earlier.lines({ 'hub-1': 1_795_371_930 }, earlier.head()).slice(1)];
      }),
    },
  ),
  staged(
    'cosignature-without-time',
    'A cosignature of a witness that says nothing about time.',
    'checkpoint-signature',
    {
      lines: lines((all, network) => [all[0]!, signatureLine(HUB.witness[0]!, network.head(), NO_TIME)]),
    },
  ),
  staged(
    'log-signature-with-time',
    'A signature as the log that says something about time: logs do not.',
    'checkpoint-signature',
    {
      lines: lines((all, network) => [signatureLine(HUB.log[0]!, network.head(), 1_795_371_930), all[1]!]),
    },
  ),
  staged('cosignature-beyond-all-calendars', 'A time stamp after the year 9999.', 'checkpoint-signature', {
    lines: lines((all, network) => [
      all[0]!,
      signatureLine(HUB.witness[0]!, network.head(), 253_402_300_800),
    ]),
  }),
  staged(
    'not-signed-as-the-log',
    'Cosigned by a witness, but by nobody as the log.',
    'log-signature-missing',
    {
      lines: lines((all) => all.slice(1)),
    },
  ),
  staged(
    'log-key-as-witness',
    'The signature as the log under the name of the witness: names are part of what is signed.',
    'signature-line-surplus',
    {
      lines: lines((all) => [all[0]!, all[0]!.replace(ORIGIN, 'hub-1.example/witness')]),
    },
  ),
  staged(
    'witness-line-before-hub-line',
    'The line of a witness before that of a hub.',
    'signature-line-surplus',
    {
      network: WATCHED,
      lines: lines(([log, hub, ...archives]) => [log!, archives[0]!, hub!, ...archives.slice(1)]),
    },
  ),
  staged(
    'witness-line-under-the-name-of-a-hub',
    'The cosignature of an archive under the name of the hub, to count as an operator.',
    'signature-line-surplus',
    {
      network: WATCHED,
      lines: lines(([log, , archive]) => [
        log!,
        archive!.replace('archive.alpha.example', 'hub-1.example/witness'),
      ]),
    },
  ),
  staged(
    'witness-as-the-log',
    'The cosignature of an archive under the name of the log.',
    'signature-line-surplus',
    {
      network: WATCHED,
      lines: lines(([, hub, archive]) => [archive!.replace('archive.alpha.example', ORIGIN), hub!]),
    },
  ),
  staged(
    'damaged-witness-line',
    'One bit of the cosignature of an archive changed.',
    'checkpoint-signature',
    {
      network: WATCHED,
      lines: lines((all) => all.map((line, i) => (i === 3 ? damaged(line) : line))),
    },
  ),
  {
    name: 'checkpoint-of-another-epoch',
    comment: 'A checkpoint, signed by all, of the log of the epoch before: another origin is another log.',
    code: 'log-unknown',
    make: () => {
      const { evidence } = scene({
        network: {
          alter: (charter) => ({
            ...charter,
            log: { ...charter.log, origin: 'besure.example/test/proofs/0' },
          }),
        },
      });
      return { evidence: formatEvidence(evidence), trust: new Network().trust };
    },
  },
];
