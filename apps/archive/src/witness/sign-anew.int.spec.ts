import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rightsLogOf } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { waitUntil } from '@besure/testing';
import { judgeCheckpoint, knownLines } from '@besure/verification';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ScriptedHub } from '../../contract/scripted-hub.js';
import { type Name, WitnessedNetwork, type WitnessingArchive } from '../../contract/witnessing-archive.js';

const folder = mkdtempSync(join(tmpdir(), 'besure-witness-'));
let network: WitnessedNetwork;

beforeAll(async () => {
  network = await WitnessedNetwork.make(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => network.close());

describe('the head of the log of rights', () => {
  const DAY = 86_400;
  let seconds: number;
  let first: ScriptedHub;
  let second: ScriptedHub;
  const archives: WitnessingArchive[] = [];

  beforeEach(async () => {
    seconds = 1_800_000_000;
    archives.length = 0;
    [first, second] = [await network.startHub(0, 'rights'), await network.startHub(1, 'rights')];
    for (const one of [first, second]) one.grow(3, seconds, 'right');
    second.entries = [...first.entries];
  });

  async function open(name: Name): Promise<WitnessingArchive> {
    const options = { log: 'rights', now: () => seconds * 1000 } as const;
    const archive = await network.openArchive(name, [first, second], options);
    archives.push(archive);
    return archive;
  }

  /** The times of the lines on what a hub shows, once they are these; hints come until then. */
  async function untilTimes(on: ScriptedHub, times: Readonly<Record<string, number>>): Promise<void> {
    await waitUntil({ what: `lines of ${JSON.stringify(times)}`, everyMillis: 50 }, () => {
      archives.forEach((archive) => archive.wake());
      const shown = timesOn(on);
      return Object.entries(times).every(([name, time]) => shown[name] === time) ? true : undefined;
    });
  }

  function timesOn(on: ScriptedHub): Record<string, number> {
    const lines = knownLines(on.notes.at(-1)!, rightsLogOf(network.charter), nodePrimitives);
    return Object.fromEntries(
      lines.flatMap(({ role, key, time: at }) =>
        role === 'witness' ? [[key.name.replace('.example', ''), at]] : [],
      ),
    );
  }

  const upheld = (on: ScriptedHub): number | null =>
    judgeCheckpoint(on.notes.at(-1)!, rightsLogOf(network.charter), nodePrimitives).upheldTime;

  it('is cosigned anew after a hub did, and every hub gets all new lines', async () => {
    await open('alpha');
    await open('beta');
    await untilTimes(second, { 'hub-0': seconds, 'hub-1': seconds, alpha: seconds, beta: seconds });
    const before = seconds;
    seconds += DAY;
    first.signAnew(seconds);
    await untilTimes(first, { 'hub-0': seconds, 'hub-1': before, alpha: seconds, beta: seconds });
    await untilTimes(second, { 'hub-0': seconds, 'hub-1': before, alpha: seconds, beta: seconds });
    expect([upheld(first), upheld(second)]).toEqual([seconds, seconds]);
    // The other hub an hour later: nobody cosigns for that, and its line comes to the first one, too.
    seconds += 3600;
    second.signAnew(seconds);
    await untilTimes(first, { 'hub-1': seconds });
    expect(timesOn(first)).toMatchObject({ alpha: seconds - 3600, beta: seconds - 3600 });
    for (const archive of archives) expect(await archive.caught()).toEqual([]);
  });

  it('keeps the time that it has after a restart, with an old database, and with a clock that was put back', async () => {
    const alpha = await open('alpha');
    await untilTimes(first, { alpha: seconds });
    const old = await alpha.state();
    seconds += DAY;
    first.signAnew(seconds);
    await untilTimes(first, { alpha: seconds });
    expect(await alpha.state()).toEqual({ size: 3, time: seconds });
    await alpha.stop();
    await alpha.dataSource.query("UPDATE witness_state SET signed_at = $1 WHERE log = 'rights'", [old.time]);
    await alpha.start();
    await waitUntil({ what: 'the state to be back' }, async () =>
      (await alpha.state()).time === seconds ? true : undefined,
    );
    const late = seconds;
    seconds -= 40 * DAY;
    // A hub signs anew, by its own clock, and the archive by its own does not; then there is more to sign, and no time goes back.
    first.signAnew(late + DAY);
    await untilTimes(second, { 'hub-0': late + DAY });
    expect(timesOn(second)).toMatchObject({ alpha: late });
    for (const one of [first, second]) one.grow(1, late + DAY, 'right');
    await untilTimes(first, { alpha: late });
    expect(await alpha.state()).toEqual({ size: 4, time: late });
    expect(await alpha.caught()).toEqual([]);
  });

  it('is cosigned a few times a day at most, however often a hub signs', async () => {
    await open('alpha');
    await untilTimes(first, { alpha: seconds });
    const [before, hour] = [seconds, 3600];
    for (const hours of [1, 2, 3, 4, 5]) {
      seconds = before + hours * hour;
      first.signAnew(seconds);
      await untilTimes(second, { 'hub-0': seconds });
    }
    // A hub whose clock is behind, and one that is far ahead: both clocks count.
    seconds = before + 7 * hour;
    second.signAnew(before + 5 * hour);
    await untilTimes(first, { 'hub-1': before + 5 * hour });
    seconds = before + 5 * hour;
    first.signAnew(before + 90 * DAY);
    await untilTimes(second, { 'hub-0': before + 90 * DAY });
    expect([timesOn(first)['alpha'], timesOn(second)['alpha']]).toEqual([before, before]);
    seconds = before + 6 * hour;
    second.signAnew(seconds);
    await untilTimes(first, { 'hub-1': seconds, alpha: seconds });
  });

  it('alone is cosigned anew: an older one that a hub signs later names it', async () => {
    const alpha = await open('alpha');
    await untilTimes(first, { alpha: seconds });
    for (const one of [first, second]) one.grow(1, seconds + 10, 'right');
    await untilTimes(first, { alpha: seconds });
    seconds += DAY;
    first.notes = [first.sign(seconds, 3)];
    await waitUntil({ what: 'alpha to notice', everyMillis: 50 }, async () => {
      alpha.wake();
      return (await alpha.caught()).length > 0 ? true : undefined;
    });
    // Once, or from both sides: by then it may have met the older one at the other hub, too.
    for (const caught of await alpha.caught())
      expect(caught).toMatchObject({ kind: 'went-back', hub: 'hub-0' });
    expect(await alpha.state()).toEqual({ size: 4, time: seconds - DAY });
  });
});
