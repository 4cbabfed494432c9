import { decodeAddress } from '@besure/ledger-tx';
import type { Charter } from './charter.js';
import { CharterError } from './error.js';
import { addressFormatOf } from './membership.js';

/**
 * What the members of a charter must be to each other: nobody twice, exactly one exchange, every address one of this
 * chain, and a quorum that can be reached. Throws `rule`.
 */
export function assertCharterRules(charter: Charter): void {
  const { organisations, hubs, quorum, ledger, log } = charter;
  assertDifferent('organisations', organisations, [
    ['id', ({ id }) => id],
    ['signingKey', ({ signingKey }) => signingKey],
    ['ledgerAddress', ({ ledgerAddress }) => ledgerAddress],
  ]);
  // A key that counted under two names would count twice.
  assertDifferent('hubs', hubs, [
    ['id', ({ id }) => id],
    ['name', ({ name }) => name],
  ]);
  const keys = hubs.flatMap(({ logKeys, witnessKey }, at) => [
    { at, key: logKeys.ed25519 },
    { at, key: logKeys.mlDsa44 },
    { at, key: witnessKey.mlDsa44 },
    { at, key: witnessKey.ed25519 },
  ]);
  const twice = keys.find(({ key }, i) => keys.findIndex((other) => other.key === key) < i);
  if (twice !== undefined)
    throw fault(`hubs.${twice.at.toString()}`, 'has a key that stands in the charter before');
  const named = hubs.findIndex(({ name }) => name === log.origin);
  if (named >= 0) throw fault(`hubs.${named.toString()}.name`, 'must not be the origin of the log');

  if (organisations.filter(({ role }) => role === 'exchange').length !== 1) {
    throw fault('organisations', 'must hold exactly one exchange');
  }
  const format = addressFormatOf(charter);
  organisations.forEach(({ ledgerAddress }, i) => {
    try {
      decodeAddress(ledgerAddress, format);
    } catch (cause) {
      throw fault(`organisations.${i.toString()}.ledgerAddress`, 'must be an address of this chain', cause);
    }
  });
  if (ledger.streams.proofs === ledger.streams.rights) throw fault('ledger.streams', 'must be two streams');
  if (quorum.hubs > hubs.length) throw fault('quorum.hubs', 'must not be more than there are hubs');
  // This version lists no witnesses beside hubs: a charter that asks for some could never be satisfied.
  if (quorum.witnesses > 0)
    throw fault('quorum.witnesses', 'must be 0: this version has no witnesses beside hubs');
}

function assertDifferent<T>(
  field: string,
  items: readonly T[],
  members: readonly (readonly [name: string, of: (item: T) => string])[],
): void {
  for (const [name, of] of members) {
    const seen = new Set<string>();
    items.forEach((item, i) => {
      if (seen.has(of(item)))
        throw fault(`${field}.${i.toString()}.${name}`, 'must be different for each of them');
      seen.add(of(item));
    });
  }
}

function fault(field: string, rule: string, cause?: unknown): CharterError {
  return new CharterError('rule', rule, { field, cause });
}
