import { describe, expect, it } from 'vitest';
import type { DeadLetterDesk, DeadLetterNote } from './dead-letter-desk.js';
import { CommandUsageError, parseDeadLettersOrder, runDeadLettersOrder } from './dead-letters-command.js';

describe('the arguments of dead-letters', () => {
  it.each([
    ['list', { type: 'list', all: false }],
    ['list --all', { type: 'list', all: true }],
    ['replay 7 3', { type: 'replay', ids: [7, 3], by: 'ann' }],
    ['replay --all --by bob', { type: 'replay', ids: 'all', by: 'bob' }],
    ['discard 7 --reason resent', { type: 'discard', ids: [7], why: 'resent', by: 'ann', force: false }],
    ['discard 7 --reason lost --force', { type: 'discard', ids: [7], why: 'lost', by: 'ann', force: true }],
    [
      'discard --reason=resent --by bob 7 8',
      { type: 'discard', ids: [7, 8], why: 'resent', by: 'bob', force: false },
    ],
  ])('%s', (line, order) => {
    expect(parseDeadLettersOrder(line.split(' '), 'ann')).toEqual(order);
  });

  it.each([
    [''],
    ['destroy 1'],
    ['list 1'],
    ['list --by bob'],
    ['replay'],
    ['replay 1 --all'],
    ['replay 0'],
    ['replay 1.5'],
    ['replay 9999999999999999'],
    ['replay 1 --reason x'],
    ['discard 1'],
    ['replay 1 --force'],
    ['discard --reason x'],
    ['discard --all --reason x'],
    ['discard 1 --reason '],
    ['discard 1 --reason two\nlines'],
    ['discard 1 --reason x --by '],
    ['list --what'],
  ])('%j is refused', (line) => {
    expect(() => parseDeadLettersOrder(line === '' ? [] : line.split(' '), 'ann')).toThrow(CommandUsageError);
  });
});

describe('ending dead letters', () => {
  const done: string[] = [];
  const desk: DeadLetterDesk = {
    list: async (all) =>
      [5, 2, 9].slice(0, all ? 3 : 2).map((id) => ({ id, end: id === 9 ? {} : null }) as DeadLetterNote),
    async replay(id, by) {
      if (id === 2) throw Object.assign(new Error('85.07.30'), { code: 'cannot' });
      done.push(`replay ${id} ${by}`);
    },
    discard: async (id, why, by, force) =>
      void done.push(`discard ${id} ${why} ${by}${force === true ? ' by force' : ''}`),
    close: async () => {},
  };
  async function run(line: string): Promise<[boolean, unknown[]]> {
    done.length = 0;
    const said: unknown[] = [];
    const order = parseDeadLettersOrder(line.split(' '), 'ann');
    const ok = await runDeadLettersOrder(desk, order, (text) => said.push(JSON.parse(text)));
    return [ok, said];
  }

  it('takes them in the order of their events, and goes on behind one that fails', async () => {
    const failed = { id: 2, ending: null, error: 'Error', code: 'cannot', reason: null };
    const replayed = { id: 5, ending: 'replayed' };
    expect(await run('replay 2 5')).toEqual([false, [replayed, failed]]);
    expect(await run('replay --all')).toEqual([false, [replayed, failed]]);
    expect(done).toEqual(['replay 5 ann']);
  });

  it('gives the reason and the name', async () => {
    expect(await run('discard 77 9 --reason resent --by bob')).toEqual([
      true,
      [
        { id: 9, ending: 'discarded' },
        { id: 77, ending: 'discarded' },
      ],
    ]);
    expect(done).toEqual(['discard 9 resent bob', 'discard 77 resent bob']);
    await run('discard 9 --reason lost --by bob --force');
    expect(done.at(-1)).toBe('discard 9 lost bob by force');
  });

  it('lists one in each line', async () => {
    expect((await run('list'))[1]).toEqual([
      { id: 5, end: null },
      { id: 2, end: null },
    ]);
  });
});
