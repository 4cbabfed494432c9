import { addressFormatOf, type Change, type Charter } from '@besure/governance';
import { addressIn, hubKeysIn, seatIn, signingKeyIn } from './charter-file.js';
import type { OrganisationKeys } from './key-folder.js';
import type { HubMember, Member } from './members.js';

/** The change that an organisation which applies asks the board for. */
export function applicationOf(member: Member, keys: OrganisationKeys, charter: Charter): Change {
  return {
    kind: 'admit-organisation',
    organisation: member.id,
    name: member.name,
    signingKey: signingKeyIn(keys),
    ledgerAddress: addressIn(keys, addressFormatOf(charter)),
    seats: [seatIn(keys)],
  };
}

/** The change that somebody who would run one more hub asks the board for. It would stand on the node of the first one. */
export function hubApplicationOf({ id, ...hub }: HubMember, keyFile: string, charter: Charter): Change {
  const { nodeAddress } = charter.hubs[0]!;
  return { kind: 'admit-hub', hub: id, ...hub, nodeAddress, ...hubKeysIn(keyFile) };
}
