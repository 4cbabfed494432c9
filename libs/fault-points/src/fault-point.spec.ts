import { afterEach, describe, expect, it } from 'vitest';
import { atFaultPoint, type FaultPoint, isMarked, mark, marksOf } from './fault-point.js';
import { installFaults } from './install.js';

const POINT: FaultPoint = {
  adapter: 'commit',
  at: 'alpha.proof',
  target: 'proof',
  marks: [],
  lost: () => new Error('lost'),
};
let uninstall = (): void => {};

function install(...[find]: Parameters<typeof installFaults>): void {
  uninstall = installFaults(find);
}

afterEach(() => uninstall());

describe('a fault point', () => {
  it('lets the effect happen where nothing is installed, and keeps no marks', async () => {
    const work = {};
    mark(work, 'appended', 'SlotSigned');
    expect(await atFaultPoint(POINT, () => Promise.resolve(1))).toBe(1);
    expect(marksOf(work)).toEqual([]);
    expect(isMarked()).toBe(false);
  });

  it('asks what is installed, with the point, and leaves the effect to it', async () => {
    const reached: FaultPoint[] = [];
    let effects = 0;
    const effect = (): Promise<number> => Promise.resolve((effects += 1));
    install((point) => {
      reached.push(point);
      if (point.target !== 'proof') return null;
      return async (given) => {
        await given();
        return given();
      };
    });
    expect(await atFaultPoint(POINT, effect)).toBe(2);
    expect(await atFaultPoint({ ...POINT, target: 'intake' }, effect)).toBe(3);
    expect(reached.map(({ target }) => target)).toEqual(['proof', 'intake']);
  });

  it('knows each thing that a piece of work did once, and nothing of another', () => {
    install(() => null);
    const [one, other] = [{}, {}];
    for (const name of ['SlotSigned', 'StatementsRecorded', 'SlotSigned']) mark(one, 'appended', name);
    mark(other, 'wrote', 'slot');
    expect(marksOf(one)).toEqual(['appended SlotSigned', 'appended StatementsRecorded']);
    expect(marksOf(other)).toEqual(['wrote slot']);
  });

  it('is as before once faults are taken out, and takes one installation at a time', async () => {
    const work = {};
    install(() => () => Promise.reject(new Error('broken')));
    mark(work, 'wrote', 'slot');
    expect(() => installFaults(() => null)).toThrow('faults are installed already');
    await expect(atFaultPoint(POINT, () => Promise.resolve(1))).rejects.toThrow('broken');
    uninstall();
    expect(await atFaultPoint(POINT, () => Promise.resolve(1))).toBe(1);
    install(() => null);
    expect(marksOf(work)).toEqual([]);
  });
});
