import type { ServiceDesk } from '@besure/dev-env';
import { describe, expect, it } from 'vitest';
import { endedLine, endLetters, letterLine, listLetters } from './dead-letter-list.js';
import { run } from './run.js';

type Note = Awaited<ReturnType<ServiceDesk['desk']['list']>>[number];

const NOTE: Note = {
  id: 1,
  source: 'intake',
  position: 12,
  type: 'EventsAccepted.v2',
  entry: 0,
  attempts: 8,
  error: 'KeyError',
  code: null,
  reason: null,
  deadAt: '2026-11-22T15:00:00.000Z',
  end: null,
};
const END = { ending: 'discarded', why: 'lost', by: 'ann', at: NOTE.deadAt } as const;

/** A desk that keeps what it is told; number 2 cannot be handled again either. */
function deskOf(organisation: string, notes: readonly Note[]): ServiceDesk & { readonly told: string[] } {
  const told: string[] = [];
  return {
    organisation,
    service: 'proof',
    told,
    desk: {
      list: (all) => Promise.resolve(notes.filter(({ end }) => all || end === null)),
      replay(id, by) {
        if (id === 2) return Promise.reject(new TypeError('of person 85.07.30-033.28'));
        told.push(`replay ${id} ${by}`);
        return Promise.resolve();
      },
      discard(id, why, by, force = false) {
        if (notes.find((one) => one.id === id)?.end !== null)
          return Promise.reject(Object.assign(new Error('ended'), { code: 'dead-letter-ended' }));
        told.push(`discard ${id} ${why} ${by}${force ? ' by force' : ''}`);
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    },
  };
}

describe('besure dead-letters', () => {
  it.each([
    ['another verb', ['forget'], 'list, replay or discard'],
    ['to list only some', ['list', 'alpha/proof/1'], 'alpha/proof/1'],
    ['to replay nothing', ['replay'], 'which ones'],
    ['to replay all and some', ['replay', '--all', 'alpha/proof/1'], 'which ones'],
    ['to replay by force', ['replay', 'alpha/proof/1', '--force'], 'only discard'],
    ['to discard nothing', ['discard', '--reason', 'lost'], 'which ones'],
    ['to discard without a reason', ['discard', 'alpha/proof/1'], '--reason'],
    ['a reason of two lines', ['discard', 'alpha/proof/1', '--reason', 'a\nb'], '--reason'],
    ['what is no ID', ['replay', 'alpha/1'], 'alpha/1'],
  ])('refuses %s with exit status 64', async (_what, args, named) => {
    let [out, err] = ['', ''];
    const status = await run(['dead-letters', ...args], {
      coloured: false,
      width: null,
      out: (text) => void (out += text),
      err: (text) => void (err += text),
    });
    expect({ status, out }).toEqual({ status: 64, out: '' });
    expect(err).toContain(named);
  });

  it('names each by its service, and shows who ended it and why', async () => {
    const desks = [
      deskOf('alpha', [NOTE, { ...NOTE, id: 2, end: END }]),
      deskOf('beta', [{ ...NOTE, entry: null, code: 'statement-signature', error: 'ProtocolError' }]),
    ];
    expect((await listLetters(desks, false)).map(letterLine)).toEqual([
      'alpha/proof/1  EventsAccepted.v2 intake:12 entry 0  KeyError, 8 attempts, 2026-11-22T15:00:00.000Z',
      'beta/proof/1  EventsAccepted.v2 intake:12  statement-signature, 8 attempts, 2026-11-22T15:00:00.000Z',
    ]);
    expect((await listLetters(desks, true)).map(letterLine)[1]).toMatch(
      /^alpha\/proof\/2 .*Z {2}discarded by ann: lost$/,
    );
  });

  it('replays all that wait and goes on where one fails, of which it tells no more than the class', async () => {
    const alpha = deskOf('alpha', [
      NOTE,
      { ...NOTE, id: 2 },
      { ...NOTE, id: 3 },
      { ...NOTE, id: 4, end: END },
    ]);
    const ended = await endLetters([alpha], null, null, 'ann');
    expect(ended.map(endedLine)).toEqual([
      'alpha/proof/1  replayed',
      'alpha/proof/2  not done: TypeError',
      'alpha/proof/3  replayed',
    ]);
    expect(alpha.told).toEqual(['replay 1 ann', 'replay 3 ann']);
  });

  it('discards the named ones in the order of the list, once each, and says what could not be', async () => {
    const alpha = deskOf('alpha', [NOTE, { ...NOTE, id: 2, end: END }, { ...NOTE, id: 3 }]);
    const ids = ['beta/proof/1', 'alpha/proof/3', 'alpha/proof/2', 'alpha/proof/1', 'alpha/proof/3'];
    expect((await endLetters([alpha], ids, 'lost', 'ann')).map(endedLine)).toEqual([
      'alpha/proof/1  discarded',
      'alpha/proof/2  not done: dead-letter-ended',
      'alpha/proof/3  discarded',
      'beta/proof/1  not done: no service beta/proof runs',
    ]);
    expect(alpha.told).toEqual(['discard 1 lost ann', 'discard 3 lost ann']);
    await endLetters([alpha], ['alpha/proof/3'], 'lost', 'ann', true);
    expect(alpha.told.at(-1)).toBe('discard 3 lost ann by force');
  });
});
