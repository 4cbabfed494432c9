import { ARCHIVE_DAMAGES } from './archive-damages.js';
import type { Damage, DamageAnywhere } from './damage.js';
import { EXCHANGE_DAMAGES } from './exchange-damages.js';
import { INTAKE_DAMAGES } from './intake-damages.js';
import { LOG_DAMAGES } from './log-damages.js';
import { PROOF_DAMAGES } from './proof-damages.js';

/** One fault each, with all that is to be found of it. */
export const DAMAGES: readonly Damage[] = [
  ...[...INTAKE_DAMAGES, ...PROOF_DAMAGES, ...ARCHIVE_DAMAGES, ...LOG_DAMAGES].map((one) =>
    inZone(one, 'alpha'),
  ),
  ...EXCHANGE_DAMAGES.map((one) => inZone(one, 'exchange')),
];

function inZone({ found, ...damage }: DamageAnywhere, zone: string): Damage {
  return {
    ...damage,
    zone,
    found: found.map((one) => (one.includes(' ') ? one : `${zone} ${one}`)).toSorted(),
  };
}
