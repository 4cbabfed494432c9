import { type Matter, altered } from './matter.js';
import type { Random } from './random.js';

/** What the exchange's own back office says of something, by chance: the same, nothing, something else, or of somebody else. */
export function recordsOf(random: Random, matter: Matter, exchange: string): Matter[] {
  const { data, time } = matter;
  switch (random.weighted({ same: 80, none: 6, other: 5, strangers: 2, aBitLater: 7 })) {
    case 'same':
      return [matter];
    case 'none':
      return [];
    case 'other':
      return [altered(random, matter)];
    case 'strangers': {
      const [sender, recipient] = [data.sender, data.recipient].map((party) => ({
        ...party,
        organisation: exchange,
      }));
      return [{ ...matter, data: { ...data, sender: sender!, recipient: recipient! } }];
    }
    case 'aBitLater':
      return [{ ...matter, time: new Date(time.getTime() - random.between(1, 280) * 1000) }];
  }
}
