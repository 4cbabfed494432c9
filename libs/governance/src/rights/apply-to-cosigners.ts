import type { Charter, Hub, Witness } from '../charter.js';
import { fault } from '../rule-fault.js';
import type { Change } from './change.js';
import { edited, ended, succeeded } from './edit-list.js';

type CosignerChange = Exclude<Change, { readonly organisation: string } | { readonly kind: 'change-terms' }>;

/** The charter with a change of who cosigns or stamps, from a time on (POSIX seconds). Throws `rule`. */
export function changeCosigners(charter: Charter, change: CosignerChange, from: number): Charter {
  if ('hub' in change) return { ...charter, hubs: changeHubs(charter.hubs, change, from) };
  if ('witness' in change) return { ...charter, witnesses: changeWitnesses(charter.witnesses, change, from) };
  return {
    ...charter,
    timeStampAuthorities: changeAuthorities(charter.timeStampAuthorities, change, from),
  };
}

function changeHubs(
  hubs: Charter['hubs'],
  change: Extract<CosignerChange, { readonly hub: string }>,
  from: number,
): Charter['hubs'] {
  if (change.kind === 'admit-hub') {
    const { hub: id, name, operator, provider, nodeAddress, log, witness } = change;
    const keys = [{ from, until: null, log, witness }];
    return [...hubs, { id, name, operator, provider, nodeAddress, keys }];
  }
  const edit = (hub: Hub): Hub => {
    if (change.kind === 'remove-hub')
      return { ...hub, keys: ended(hub.keys, 'change.hub', () => true, from) };
    const { log, witness } = change;
    assertInUse(hub.keys, 'change.hub');
    return { ...hub, keys: succeeded(hub.keys, { from, until: null, log, witness }) };
  };
  return edited(hubs, 'hub', ({ id }) => id === change.hub, edit);
}

function changeWitnesses(
  witnesses: Charter['witnesses'],
  change: Extract<CosignerChange, { readonly witness: string }>,
  from: number,
): Charter['witnesses'] {
  if (change.kind === 'admit-witness') {
    const { witness: id, name, group, mlDsa44 } = change;
    return [...witnesses, { id, name, group, keys: [{ from, until: null, mlDsa44 }] }];
  }
  const edit = (witness: Witness): Witness => {
    if (change.kind === 'remove-witness')
      return { ...witness, keys: ended(witness.keys, 'change.witness', () => true, from) };
    assertInUse(witness.keys, 'change.witness');
    return { ...witness, keys: succeeded(witness.keys, { from, until: null, mlDsa44: change.mlDsa44 }) };
  };
  return edited(witnesses, 'witness', ({ id }) => id === change.witness, edit);
}

function changeAuthorities(
  authorities: Charter['timeStampAuthorities'],
  change: Extract<CosignerChange, { readonly kind: 'admit-authority' | 'remove-authority' }>,
  from: number,
): Charter['timeStampAuthorities'] {
  const { name } = change;
  if (change.kind === 'remove-authority')
    return ended(authorities, 'change.name', (authority) => authority.name === name, from);
  const { certificate } = change;
  return [...authorities, { name, certificate, from, until: null }];
}

function assertInUse(keys: readonly { readonly until: number | null }[], field: string): void {
  if (keys.every(({ until }) => until !== null)) throw fault(field, 'must not have been removed');
}
