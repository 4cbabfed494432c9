import { inboxPrefixOf } from './bus.js';
import { pipeNames } from './pipe-names.js';

/** What a user of the bus may do; everything else is denied. */
export interface Permissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** Who else is in the account: answers may only go to their inboxes. */
export interface Neighbours {
  /** Organisations that dial in from their own zones (to an exchange or a hub). */
  readonly guests: readonly string[];
  /** Back offices that hand in events over the bus. */
  readonly backOffices: readonly string[];
}

/** Services with a pipe in an organisation's zone, and whose events each one reads. */
const READS = {
  intake: ['proof', 'archive'],
  proof: ['intake'],
  archive: ['proof'],
} as const;

export type PipeService = keyof typeof READS;
export const PIPE_SERVICES = Object.keys(READS) as readonly PipeService[];
export const HUB_SERVICES = ['ledger-writer', 'rights'] as const;
export type HubService = (typeof HUB_SERVICES)[number];

function inbox(user: string): string {
  return `${inboxPrefixOf(user)}.>`;
}

/** The owner of a pipe: its stream and nobody else's, questions of its readers, and answers to them. */
function ownerPermissions(service: PipeService): Permissions {
  const { stream, events, replay, committed } = pipeNames(service);
  const readers = PIPE_SERVICES.filter((other) => READS[other].some((source) => source === service));
  return {
    publish: [
      events,
      `$JS.API.STREAM.INFO.${stream}`,
      `$JS.API.STREAM.CREATE.${stream}`,
      `$JS.API.STREAM.UPDATE.${stream}`,
      `$JS.API.STREAM.PURGE.${stream}`,
      `$JS.API.DIRECT.GET.${stream}`,
      ...readers.map(inbox),
    ],
    subscribe: [replay, `${committed}.*`],
  };
}

/** A reader of somebody's pipe: no durable state, no deleting, and reports under its own name only. */
function readerPermissions(service: PipeService, source: PipeService): Permissions {
  const { stream, replay, committed } = pipeNames(source);
  return {
    publish: [
      `$JS.API.STREAM.INFO.${stream}`,
      `$JS.API.DIRECT.GET.${stream}`,
      `$JS.API.CONSUMER.CREATE.${stream}`,
      `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`,
      replay,
      `${committed}.${service}`,
    ],
    subscribe: [],
  };
}

function merged(user: string, parts: readonly Permissions[]): Permissions {
  return {
    publish: parts.flatMap((part) => part.publish),
    subscribe: [...parts.flatMap((part) => part.subscribe), inbox(user)],
  };
}

/** A service of an organisation's zone. In the exchange's zone proof and archive also answer the organisations. */
export function servicePermissions(
  service: PipeService,
  role: 'organisation' | 'exchange',
  others: Neighbours,
): Permissions {
  const parts: Permissions[] = [
    ownerPermissions(service),
    ...READS[service].map((source) => readerPermissions(service, source)),
  ];
  if (service === 'intake') {
    parts.push({
      publish: others.backOffices.map(inbox),
      subscribe: ['besure.intake.v1', 'besure.intake.v1.*'],
    });
  }
  if (role === 'exchange' && service === 'proof') {
    parts.push({ publish: others.guests.map(inbox), subscribe: ['besure.exchange.countersign.v1.*'] });
  }
  if (role === 'exchange' && service === 'archive') {
    parts.push({ publish: others.guests.map(inbox), subscribe: ['besure.exchange.copies.v1.*'] });
  }
  return merged(service, parts);
}

/** A back office that hands in events over the bus: under its own name, or where a token says who it is. */
export function backOfficePermissions(name: string): Permissions {
  return merged(name, [{ publish: ['besure.intake.v1', `besure.intake.v1.${name}`], subscribe: [] }]);
}

/** An organisation at the exchange's bus: it asks under its own name only. */
export function exchangeGuestPermissions(organisation: string): Permissions {
  const publish = [
    `besure.exchange.countersign.v1.${organisation}`,
    `besure.exchange.copies.v1.${organisation}`,
  ];
  return merged(organisation, [{ publish, subscribe: [] }]);
}

/** An organisation at a hub's bus: it asks under its own name only, and hears that the log has grown. */
export function hubGuestPermissions(organisation: string): Permissions {
  const publish = ['submit', 'outputs', 'cosign'].map((what) => `besure.hub.${what}.v1.${organisation}`);
  return merged(organisation, [{ publish, subscribe: ['besure.hub.log', 'besure.hub.rights'] }]);
}

/** A service of a hub. */
export function hubPermissions(service: HubService, guests: readonly string[]): Permissions {
  const questions = [
    'besure.hub.permissions.v1.rights',
    'besure.hub.found.v1.rights',
    'besure.hub.carry.v1.rights',
  ];
  switch (service) {
    case 'ledger-writer':
      return merged(service, [
        {
          publish: ['besure.hub.log', 'besure.hub.rights', ...guests.map(inbox), inbox('rights')],
          subscribe: [
            'besure.hub.submit.v1.*',
            'besure.hub.outputs.v1.*',
            'besure.hub.cosign.v1.*',
            ...questions,
          ],
        },
      ]);
    case 'rights':
      return merged(service, [{ publish: questions, subscribe: ['besure.hub.log', 'besure.hub.rights'] }]);
  }
}
