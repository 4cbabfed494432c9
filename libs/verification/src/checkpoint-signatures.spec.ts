import { addSignatures, formatCheckpoint, NO_TIME, parseCheckpoint } from '@besure/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkpointKeys } from './checkpoint-keys.js';
import { judgeCheckpoint, quorateCheckpoint } from './checkpoint-signatures.js';
import { noteSigner } from './contract/keys.js';
import { hubOf, Network, signatureLine } from './contract/network.js';
import { nodePrimitives as primitives } from './contract/node-primitives.js';

const network = new Network({ hubs: 3 });
const { charter } = network;
const body = network.head();
const T = 1_795_371_930;
const times = { 'hub-1': T, 'hub-2': T + 20, 'hub-3': T + 10 };
const lines = network.lines(times);
const published = network.publishedLines(times);
const judge = (note: string) => judgeCheckpoint(note, charter, primitives);

describe('a published checkpoint', () => {
  it('has the hubs whose cosignatures count, and the time at which they were a quorum', () => {
    const judged = judge(formatCheckpoint(body, published));
    expect(judged).toMatchObject({
      signedByLog: true,
      hubs: ['hub-1', 'hub-2', 'hub-3'],
      recordedTime: T + 10,
      checkpoint: body,
    });
  });

  it('may have its lines in any order, with unknown ones among them: evidence gets the known ones in their order', () => {
    const stranger = noteSigner('ml-dsa-44', 'mallory.example/witness', 'mallory');
    const mixed = formatCheckpoint(body, [...published.toReversed(), signatureLine(stranger, body, T)]);
    expect(judge(mixed).forEvidence).toBe(formatCheckpoint(body, lines));
  });

  it('is not harmed by lines that do not verify', () => {
    const damaged = published.map((line, i) => (i === 6 ? line.replace(/.{8}$/, 'AAAAAAA=') : line));
    const judged = judge(formatCheckpoint(body, damaged));
    expect(judged.hubs).toEqual(['hub-2', 'hub-3']);
    expect(judged.recordedTime).toBe(T + 20);
    expect(parseCheckpoint(judged.forEvidence!).signatures).toHaveLength(5);
  });

  it('takes the earliest of several cosignatures of one hub, and counts the hub once', () => {
    const signer = hubOf('hub-1', charter.log.origin, 'hub-1.example/witness').witness[0]!;
    const note = formatCheckpoint(body, [
      signatureLine(signer, body, T + 50),
      signatureLine(signer, body, T + 5),
    ]);
    const judged = judge(note);
    expect(judged).toMatchObject({ hubs: ['hub-1'], recordedTime: null, signedByLog: false });
    expect(parseCheckpoint(judged.forEvidence!).signatures[0]!.line).toBe(signatureLine(signer, body, T + 5));
  });

  it('counts no Ed25519 line, no witness without time and no log with one', () => {
    const { log, witness } = hubOf('hub-1', charter.log.origin, 'hub-1.example/witness');
    const ed25519 = formatCheckpoint(body, [
      signatureLine(log[1]!, body, NO_TIME),
      signatureLine(witness[1]!, body, T),
    ]);
    expect(judge(ed25519)).toMatchObject({ signedByLog: false, hubs: [], recordedTime: null });
    const swapped = formatCheckpoint(body, [
      signatureLine(log[0]!, body, T),
      signatureLine(witness[0]!, body, NO_TIME),
    ]);
    expect(judge(swapped)).toMatchObject({ signedByLog: false, hubs: [], forEvidence: null });
  });

  it('of another log has nothing that counts', () => {
    const other = { ...body, origin: 'besure.example/other' };
    const note = formatCheckpoint(other, network.lines({ 'hub-1': T }, other));
    expect(judge(note)).toMatchObject({ hubs: [], signedByLog: false, forEvidence: null });
  });

  it('gathers signatures: those that came first stay', () => {
    const first = formatCheckpoint(body, network.lines({ 'hub-1': T }));
    const later = network.lines({ 'hub-1': T + 99, 'hub-2': T + 20 });
    const judged = judge(addSignatures(first, later));
    expect(judged).toMatchObject({ hubs: ['hub-1', 'hub-2'], recordedTime: T + 20 });
    expect(parseCheckpoint(judged.forEvidence!).signatures).toHaveLength(4);
  });
});

describe('a published checkpoint of several parties', () => {
  const watched = new Network({
    hubs: 2,
    operators: ['Operator 1', 'OPERATOR-1'],
    witnesses: ['alpha', 'beta', 'exchange'],
    groups: ['Group 1', 'Group I', 'Group 2'],
    quorum: { hubs: 1, witnesses: 2 },
  });
  const judgeLines = (of: Record<string, number>) =>
    judgeCheckpoint(
      formatCheckpoint(watched.head(), watched.publishedLines(of)),
      watched.charter,
      primitives,
    );

  it('has them counted once each, whatever they run', () => {
    expect(judgeLines({ 'hub-1': T, 'hub-2': T, 'archive of alpha': T, 'archive of beta': T })).toMatchObject(
      {
        hubs: ['hub-1', 'hub-2'],
        witnesses: ['alpha', 'beta'],
        operators: 1,
        groups: 1,
        recordedTime: null,
      },
    );
  });

  it('is recorded when both counts are met, by the earliest of each party', () => {
    const all = { 'hub-1': T + 9, 'hub-2': T, 'archive of alpha': T + 40, 'archive of beta': T + 2 };
    expect(judgeLines({ ...all, 'archive of exchange': T + 5 }).recordedTime).toBe(T + 5);
    expect(judgeLines({ ...all, 'archive of exchange': T + 50 }).recordedTime).toBe(T + 50);
    const late = { 'hub-1': T + 99, 'archive of alpha': T, 'archive of exchange': T };
    expect(judgeLines(late).recordedTime).toBe(T + 99);
  });

  it('counts for who follows the log only once it is quorate', () => {
    const note = (of: Record<string, number>) => formatCheckpoint(watched.head(), watched.publishedLines(of));
    const quorate = (text: string) => quorateCheckpoint(text, watched.charter, primitives);
    expect(quorate(note({ 'hub-1': T, 'archive of alpha': T }))).toBeNull();
    const all = { 'hub-1': T, 'archive of alpha': T, 'archive of exchange': T + 7 };
    expect(quorate(note(all))).toEqual({
      checkpoint: watched.head(),
      note: formatCheckpoint(watched.head(), watched.lines(all)),
      recordedTime: T + 7,
      upheldTime: T,
    });
    const unsigned = watched.publishedLines(all).slice(2);
    expect(quorate(formatCheckpoint(watched.head(), unsigned))).toBeNull();
  });

  it('is upheld as late as both counts are met, by the latest of each party', () => {
    const first = { 'hub-1': T, 'archive of alpha': T + 1, 'archive of exchange': T + 2 };
    expect(judgeLines(first).upheldTime).toBe(T);
    const anew = { ...first, 'hub-2': T + 900, 'archive of beta': T + 950 };
    // The second group has not spoken since: whoever has one hub and one group of two cannot say that nothing has changed.
    expect(judgeLines(anew).upheldTime).toBe(T + 2);
    expect(judgeLines({ ...anew, 'archive of exchange': T + 930 }).upheldTime).toBe(T + 900);
    expect(judgeLines({ 'hub-1': T, 'archive of alpha': T + 1 }).upheldTime).toBeNull();
  });

  it('gets no earlier, nor upheld later, by what a holder leaves out', () => {
    const all = Object.entries({
      'hub-1': T + 9,
      'hub-2': T,
      'archive of alpha': T + 40,
      'archive of beta': T + 2,
      'archive of exchange': T + 5,
    });
    const whole = judgeLines(Object.fromEntries(all));
    fc.assert(
      fc.property(fc.subarray(all, { minLength: 1 }), (some) => {
        const { recordedTime, upheldTime } = judgeLines(Object.fromEntries(some));
        if (recordedTime !== null) expect(recordedTime).toBeGreaterThanOrEqual(whole.recordedTime!);
        if (upheldTime !== null) expect(upheldTime).toBeLessThanOrEqual(whole.upheldTime!);
      }),
      { numRuns: 40 },
    );
  });

  it('every key of the charter may sign, under one name and for one role', () => {
    const keys = checkpointKeys(watched.charter, primitives.sha256);
    expect(
      keys.map(({ by, role, key }) => `${role} ${by.id} of ${by.party} ${key.type} ${key.name}`),
    ).toEqual([
      ...['hub-1', 'hub-2'].flatMap((hub) => [
        `log ${hub} of operatorl ml-dsa-44 besure.example/test/proofs`,
        `log ${hub} of operatorl ed25519-log besure.example/test/proofs`,
      ]),
      ...['hub-1', 'hub-2'].flatMap((hub) => [
        `witness ${hub} of operatorl ml-dsa-44 ${hub}.example/witness`,
        `witness ${hub} of operatorl ed25519-cosignature ${hub}.example/witness`,
      ]),
      'witness alpha of groupl ml-dsa-44 archive.alpha.example',
      'witness beta of groupl ml-dsa-44 archive.beta.example',
      'witness exchange of group2 ml-dsa-44 archive.exchange.example',
    ]);
  });
});
