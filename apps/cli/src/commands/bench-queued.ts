import { type FewAndAll, proveQueue, type QueueProof } from '@besure/dev-env';
import { EXIT } from '../exit-codes.js';
import { interruptible } from '../interruption.js';
import type { Io } from '../io.js';

/** `bench --queued N`: what each service holds with N events queued, and while they are worked off for so many seconds. */
export async function benchQueued(
  io: Io,
  { events, seconds, json }: { readonly events: number; readonly seconds: number; readonly json: boolean },
): Promise<number> {
  const proof = await interruptible((signal) =>
    proveQueue({
      events,
      seconds,
      profile: 'demo',
      signal,
      onProgress: (text) => io.err(`  ${text}\n`),
    }),
  );
  if (json) io.out(`${JSON.stringify(proof, null, 2)}\n`);
  else print(io, proof);
  return proof.grown.length === 0 ? EXIT.ok : EXIT.failed;
}

function print(io: Io, { queued, drained, memory, grown }: QueueProof): void {
  const perSecond = (events: number, seconds: number): number => Math.round(events / Math.max(seconds, 1));
  io.out(
    `${queued.events} events queued, ${perSecond(queued.events, queued.seconds)} a second; then ${drained.events} of them settled in ${Math.round(drained.seconds)} s\n`,
  );
  io.out(
    'MB on the heap, and resident, with few and with all events    while they wait    as they are worked off\n',
  );
  for (const [name, { waiting, working }] of Object.entries(memory)) {
    io.out(`  ${name.padEnd(24)}${[waiting, working].map(inMegabytes).join('')}\n`);
  }
  io.out(
    grown.length === 0 ? 'no service holds what waits\n' : `grown with the queue: ${grown.join(', ')}\n`,
  );
}

function inMegabytes(held: FewAndAll | null): string {
  if (held === null) return ' '.repeat(32);
  return [held.few, held.all]
    .map(({ heap, rss }) => `${(heap / 1e6).toFixed(1).padStart(10)}${(rss / 1e6).toFixed(0).padStart(6)}`)
    .join('');
}
