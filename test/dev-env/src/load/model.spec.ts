import { EVENTS, type KnownEvent } from '@besure/protocol';
import { describe, expect, it } from 'vitest';
import { type Matter, altered, cloudEventOf, newDocument, newMatter } from './matter.js';
import { Model } from './model.js';
import { Random } from './random.js';

const [sent] = EVENTS as unknown as readonly [KnownEvent];
const consulted = EVENTS.find(({ shortName }) => shortName === 'consulted')!;
const random = new Random('model');

function someMatter(event: KnownEvent = sent): Matter {
  const matter = newMatter(random, newDocument(random, { from: 'alpha', to: 'beta' }), event);
  return { ...matter, time: new Date() };
}

function newModel(): Model {
  return new Model({ exchange: 'exchange', toleranceSeconds: 300, largestLagSeconds: 3600 });
}

function take(model: Model, zone: string, matter: Matter, id: string): string {
  return model.take(zone, matter, cloudEventOf(matter, '/source', id));
}

describe('the model of what was acknowledged', () => {
  it('takes each thing once, and a name for one thing only', () => {
    const model = newModel();
    const matter = someMatter();
    expect(take(model, 'alpha', matter, '1')).toBe('accepted');
    expect(take(model, 'alpha', matter, '1')).toBe('replayed');
    expect(take(model, 'alpha', matter, '2')).toBe('repeated');
    expect(take(model, 'alpha', altered(random, matter), '1')).toBe('id-reused');
    expect(take(model, 'alpha', altered(random, matter), '3')).toBe('already-stated');
    expect(take(model, 'beta', matter, '1')).toBe('accepted');
    expect(model.acknowledged('alpha')).toBe(2);
  });

  it('lets the first time count of what happens again and again', () => {
    const model = newModel();
    const matter = someMatter(consulted);
    const later = { ...matter, time: new Date(matter.time.getTime() + 1000) };
    expect(take(model, 'beta', matter, '1')).toBe('accepted');
    expect(take(model, 'beta', later, '2')).toBe('repeated');
    expect(take(model, 'beta', later, '1')).toBe('id-reused');
  });

  it('knows how each ends', () => {
    const model = newModel();
    const at = (matter: Matter, millis: number): Matter => ({
      ...matter,
      time: new Date(Date.now() - millis),
    });
    const [agreed, alone, disputed, old] = [
      someMatter(),
      someMatter(),
      someMatter(),
      at(someMatter(), 7_200_000),
    ];
    const strangers = someMatter();
    const { data } = strangers;
    [agreed, alone, disputed, old, strangers].forEach((matter, id) =>
      take(model, 'alpha', matter, String(id)),
    );
    take(model, 'exchange', at(agreed, 200_000), '0');
    take(model, 'exchange', altered(random, disputed), '2');
    take(model, 'exchange', old, '3');
    const elsewhere = { ...data.sender, organisation: 'exchange' };
    take(
      model,
      'exchange',
      { ...strangers, data: { ...data, sender: elsewhere, recipient: elsewhere } },
      '4',
    );
    expect(
      model
        .finalStates('alpha')
        .map(({ state, disputed: isDisputed, verdict }) => [state, isDisputed, verdict]),
    ).toEqual([
      ['complete', false, 'proven'],
      ['one-sided', false, 'one-sided'],
      ['one-sided', true, 'one-sided'],
      ['complete', false, 'late'],
      ['one-sided', false, 'one-sided'],
    ]);
    expect(model.finalStates('exchange').every(({ state }) => state === 'record')).toBe(true);
  });
});

describe('chance', () => {
  it('comes again with the same seed, and differently with another', () => {
    const sequence = (seed: string): number[] => {
      const one = new Random(seed);
      return Array.from({ length: 100 }, () => one.below(1000));
    };
    expect(sequence('a')).toEqual(sequence('a'));
    expect(sequence('a')).not.toEqual(sequence('b'));
    expect(Math.min(...sequence('a'))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...sequence('a'))).toBeLessThan(1000);
  });

  it('picks by weight', () => {
    const one = new Random('weights');
    const picked = Array.from({ length: 1000 }, () => one.weighted({ often: 9, seldom: 1, never: 0 }));
    expect(new Set(picked)).toEqual(new Set(['often', 'seldom']));
    expect(picked.filter((name) => name === 'often').length).toBeGreaterThan(800);
  });
});
