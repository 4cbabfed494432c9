import { describe, expect, test } from 'vitest';
import { createLog, type LogFields } from './log.js';

function capture(): {
  lines: () => Record<string, unknown>[];
  text: () => string;
  stream: { write(line: string): void };
} {
  const written: string[] = [];
  return {
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
    text: () => written.join(''),
    stream: {
      write: (line) => {
        written.push(line);
      },
    },
  };
}

describe('log', () => {
  test('a line has time, level, service, message and the allowed fields', () => {
    const { lines, stream } = capture();
    createLog({ name: 'intake', stream }).info('published', { count: 3, position: 9, organisation: 'alpha' });
    expect(lines()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
        service: 'intake',
        message: 'published',
        count: 3,
        position: 9,
        organisation: 'alpha',
      },
    ]);
  });

  test('fields that are not on the list, of another type, or more than a word do not get out', () => {
    const { text, stream, lines } = capture();
    const log = createLog({ name: 'intake', stream });
    const careless = {
      sender: 'NISS 85073003328',
      body: { secret: 1 },
      count: '85073003328',
      code: 'jan.peeters@example.org',
      state: 'Jan Peeters',
      url: 'postgres://u:pw@h/d',
      kind: 'fine',
    } as unknown as LogFields;
    log.warn('careless', careless);
    expect(text()).not.toMatch(/85073003328|peeters|Peeters|secret|pw/);
    expect(lines()[0]).toMatchObject({
      kind: 'fine',
      code: '(withheld)',
      state: '(withheld)',
      url: '(withheld)',
    });
  });

  test('errors: name, code and place; the message only of our own classes', () => {
    const { lines, text, stream } = capture();
    const log = createLog({ name: 'intake', stream });
    const database = Object.assign(
      new Error('duplicate key (id)=(85073003328)\n    at 85073003328 (/x/y.js:1:1) and more'),
      {
        code: '23505',
        detail: 'Key (id)=(85073003328) already exists.',
      },
    );
    log.error('failed', { error: database });
    log.error('failed', {
      error: new Error('85073003328', { cause: new SyntaxError('Unexpected 85073003328') }),
    });
    class KeyError extends Error {
      override readonly name = 'KeyError';
      readonly code = 'file-mode';
    }
    log.error('failed', { error: new KeyError('key.pem must be closed to others') });
    log.error('failed', { error: 'text that was thrown' });
    expect(text()).not.toContain('85073003328');
    expect(text()).not.toContain('thrown');
    const [one, two, three, four] = lines().map((line) => line['error'] as Record<string, unknown>);
    expect(one).toMatchObject({ name: 'Error', code: '23505' });
    expect(one?.['at']).toEqual(expect.arrayContaining([expect.stringContaining('log.spec.ts')]));
    expect(two).toMatchObject({ name: 'Error', cause: { name: 'SyntaxError' } });
    expect(three).toMatchObject({
      name: 'KeyError',
      code: 'file-mode',
      message: 'key.pem must be closed to others',
    });
    expect(four).toEqual({ name: 'string' });
  });

  test('level', () => {
    const { lines, stream } = capture();
    const log = createLog({ name: 'intake', level: 'warn', stream });
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.error('d');
    expect(lines().map((line) => line['message'])).toEqual(['c', 'd']);
  });

  test('a message made from data does not compile', () => {
    const { stream, lines } = capture();
    const log = createLog({ name: 'intake', stream });
    const name: string = 'Jan';
    // @ts-expect-error a text built from data
    log.info(`hello ${name}`);
    // @ts-expect-error a text that may be anything
    log.info(name);
    expect(lines()).toHaveLength(2);
  });
});
