import { hubsOf, members } from '../members.js';
import { HUB_SERVICES, ORGANISATION_SERVICES, type ServiceName } from '../service-environment.js';
import type { TargetKind } from './fault.js';

/** What each variable with an address leads to. */
export const LINK_VARIABLES = {
  BESURE_DATABASE_URL: 'database',
  BESURE_NATS_URL: 'bus',
  BESURE_EXCHANGE_NATS_URL: 'exchange',
  BESURE_HUB_NATS_URLS: 'hub',
  BESURE_HUB_LOG_URLS: 'log',
  BESURE_LEDGER_WRITER_URL: 'writer',
  MULTICHAIN_URL: 'ledger',
} as const;

const LINKS: Readonly<Record<ServiceName, readonly string[]>> = {
  intake: ['database', 'bus'],
  proof: ['database', 'bus', 'exchange', 'hub', 'log'],
  archive: ['database', 'bus', 'exchange', 'hub', 'log'],
  'ledger-writer': ['database', 'bus', 'ledger'],
  rights: ['bus', 'writer'],
};

/** All that something can be done to, in a network with so many hubs. */
export function targetsOf(hubs: number): Readonly<Record<TargetKind, readonly string[]>> {
  const services = [
    ...members.flatMap(({ id, role }) => ORGANISATION_SERVICES.map((name) => ({ zone: id, name, role }))),
    ...hubsOf(hubs).flatMap(({ id }) => HUB_SERVICES.map((name) => ({ zone: id, name, role: 'hub' }))),
  ];
  return {
    service: services.map(({ zone, name }) => `${zone}-${name}`),
    server: ['postgres', 'nats', 'devchain'],
    link: services.flatMap(({ zone, name, role }) =>
      LINKS[name]
        // The exchange does not dial itself.
        .filter((link) => link !== 'exchange' || role !== 'exchange')
        .map((link) => `${zone}-${name}/${link}`),
    ),
    stream: members.map(({ id }) => `${id}-intake`),
    // `rights` reads no clock.
    clock: services.filter(({ name }) => name !== 'rights').map(({ zone, name }) => `${zone}-${name}`),
  };
}
