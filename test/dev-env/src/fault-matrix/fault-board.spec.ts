import { atFaultPoint, type FaultPoint } from '@besure/fault-points';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FaultBoard, type FaultKind } from './fault-board.js';

const SUBMIT: FaultPoint = {
  adapter: 'request',
  at: 'alpha-proof',
  target: 'submit',
  marks: [],
  lost: () => new Error('no answer'),
};
const COMMIT: FaultPoint = { ...SUBMIT, adapter: 'commit', at: 'alpha.proof', target: 'proof' };

let board: FaultBoard;
let effects: number;

beforeEach(() => {
  board = new FaultBoard();
  effects = 0;
});
afterEach(() => board.close());

function reach(point: FaultPoint = SUBMIT): Promise<number> {
  return atFaultPoint(point, () => Promise.resolve((effects += 1)));
}

function arm(kind: FaultKind): ReturnType<FaultBoard['arm']> {
  return board.arm(({ target }) => target === 'submit', kind);
}

describe('an armed fault', () => {
  it.each([
    ['before', 0],
    ['after', 1],
    ['killed-before', 0],
    ['killed-after', 1],
  ] as const)('%s: the answer is lost, and there were %i effects', async (kind, count) => {
    const { fired } = arm(kind);
    await expect(reach()).rejects.toThrow('no answer');
    expect(effects).toBe(count);
    expect(await fired).toBe(SUBMIT);
  });

  it('twice: the second answer counts', async () => {
    arm('twice');
    expect(await reach()).toBe(2);
  });

  it('slow: the effect waits for its release, and others pass', async () => {
    const { release } = arm('slow');
    const late = reach();
    expect(await reach()).toBe(1);
    release();
    expect(await late).toBe(2);
  });

  it('fires once, at its point alone', async () => {
    arm('before');
    expect(await reach(COMMIT)).toBe(1);
    await expect(reach()).rejects.toThrow('no answer');
    expect(await reach()).toBe(2);
  });

  it('waits for what has to come first', async () => {
    board.arm(
      ({ target }) => target === 'submit',
      'before',
      ({ target }) => target === 'proof',
    );
    expect(await reach()).toBe(1);
    expect(await reach(COMMIT)).toBe(2);
    await expect(reach()).rejects.toThrow('no answer');
  });

  it('is gone once it is taken back', async () => {
    const { disarm } = arm('before');
    disarm();
    expect(await reach()).toBe(1);
  });
});

it('lets a killed service have no effect through any adapter until it is revived, and others all of theirs', async () => {
  arm('killed-after');
  await expect(reach()).rejects.toThrow('no answer');
  await expect(reach(COMMIT)).rejects.toThrow('no answer');
  expect(await reach({ ...SUBMIT, at: 'beta-proof' })).toBe(2);
  expect(board.revive('beta-proof')).toBe(false);
  expect(board.revive('alpha-proof')).toBe(true);
  expect(await reach(COMMIT)).toBe(3);
});

it('knows the service of a hub by each of its adapters', async () => {
  for (const point of [
    { ...SUBMIT, adapter: 'answer', at: 'ledger-writer' },
    { ...COMMIT, at: 'hub.ledger_writer' },
    { ...SUBMIT, adapter: 'ledger', at: 'node' },
  ] as const) {
    board.arm((one) => one === point, 'killed-before');
    await expect(reach(point)).rejects.toThrow('no answer');
    expect(board.revive('hub-ledger-writer')).toBe(true);
  }
});
