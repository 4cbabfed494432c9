import { MessagingError } from '@besure/messaging';
import { expect, it } from 'vitest';
import { createLog } from '../log.js';
import { reportOnReading } from './report-on-reading.js';

it('says once that a pipe is not there yet, and warns of everything else', () => {
  const lines: string[] = [];
  const log = createLog({ name: 'test', stream: { write: (line) => void lines.push(line) } });
  const report = reportOnReading(log, 'proof');
  const notYet = new MessagingError('no-stream', 'there is no stream PROOF yet');
  for (let i = 0; i < 3; i += 1) report(notYet);
  report(new MessagingError('unavailable', 'the connection is gone'));
  report(notYet);
  const seen = lines.map((line) => {
    const { level, source, error } = JSON.parse(line) as Record<string, unknown>;
    return [level, source, (error as { code?: string } | undefined)?.code];
  });
  expect(seen).toEqual([
    ['info', 'proof', undefined],
    ['warn', 'proof', 'unavailable'],
    ['info', 'proof', undefined],
  ]);
});
