import {
  backOfficePermissions,
  exchangeGuestPermissions,
  HUB_SERVICES,
  hubGuestPermissions,
  hubPermissions,
  PIPE_SERVICES,
  servicePermissions,
  type HubService,
  type Permissions,
  type PipeService,
} from './nats-permissions.js';

/** Public nkeys (`U...`, or a reference to an environment variable like `$NKEY_INTAKE`) by user name. */
export type Nkeys = Readonly<Record<string, string>>;

/** One zone: an account of its own, in which nobody else's subjects exist. */
export type NatsZone =
  | {
      readonly role: 'organisation' | 'exchange';
      /** The organisation's id; the account is named after it. */
      readonly id: string;
      readonly services: Readonly<Record<PipeService, string>>;
      readonly backOffices?: Nkeys;
      /** Organisations that dial in; only an exchange has them. */
      readonly guests?: Nkeys;
    }
  | {
      readonly role: 'hub';
      /** The hub's id; the account is named after it. */
      readonly id: string;
      readonly services: Readonly<Record<HubService, string>>;
      readonly guests?: Nkeys;
    };

interface User {
  readonly name: string;
  readonly nkey: string;
  readonly permissions: Permissions;
}

function usersOf(zone: NatsZone): User[] {
  const guests = Object.entries(zone.guests ?? {});
  const guestNames = guests.map(([name]) => name);
  if (zone.role === 'hub') {
    return [
      ...HUB_SERVICES.map((name) => ({
        name,
        nkey: zone.services[name],
        permissions: hubPermissions(name, guestNames),
      })),
      ...guests.map(([name, nkey]) => ({ name, nkey, permissions: hubGuestPermissions(name) })),
    ];
  }
  if (zone.role === 'organisation' && guests.length > 0) {
    throw new TypeError(`${zone.id}: nobody dials in to an organisation`);
  }
  const { role, services, backOffices = {} } = zone;
  const others = { guests: guestNames, backOffices: Object.keys(backOffices) };
  return [
    ...PIPE_SERVICES.map((name) => ({
      name,
      nkey: services[name],
      permissions: servicePermissions(name, role, others),
    })),
    ...Object.entries(backOffices).map(([name, nkey]) => ({
      name,
      nkey,
      permissions: backOfficePermissions(name),
    })),
    ...guests.map(([name, nkey]) => ({ name, nkey, permissions: exchangeGuestPermissions(name) })),
  ];
}

const NAME = /^[a-z][a-z0-9-]{0,62}$/;
const NKEY = /^(U[A-Z2-7]{55}|\$[A-Z][A-Z0-9_]*)$/;

function check(zone: NatsZone, users: readonly User[]): void {
  for (const { name, nkey } of [{ name: zone.id, nkey: '$ID' }, ...users]) {
    if (!NAME.test(name)) throw new TypeError(`${name} is not a name`);
    if (!NKEY.test(nkey)) throw new TypeError(`${name} has no public nkey`);
  }
  // Of two users with one name each could read the other's answers.
  const names = new Set(users.map((user) => user.name));
  const keys = new Set(users.map((user) => user.nkey));
  if (names.size !== users.length) throw new TypeError(`${zone.id}: two users with the same name`);
  if (keys.size !== users.length) throw new TypeError(`${zone.id}: two users with the same nkey`);
}

function list(name: string, subjects: readonly string[], indent: string): string[] {
  return [
    `${indent}${name}: { allow: [`,
    ...subjects.map((subject) => `${indent}  "${subject}"`),
    `${indent}] }`,
  ];
}

function renderUser({ name, nkey, permissions }: User): string[] {
  return [
    `      # ${name}`,
    `      { nkey: ${nkey}, permissions: {`,
    ...list('publish', permissions.publish, '        '),
    ...list('subscribe', permissions.subscribe, '        '),
    '      } }',
  ];
}

function renderAccount(zone: NatsZone): string[] {
  const users = usersOf(zone);
  check(zone, users);
  return [
    `  # ${zone.role}`,
    `  "${zone.id}" {`,
    // A hub's services have no pipe between them.
    ...(zone.role === 'hub' ? [] : ['    jetstream: enabled']),
    '    users: [',
    ...users.flatMap(renderUser),
    '    ]',
    '  }',
  ];
}

/**
 * The accounts of a NATS server as configuration text: one account per zone, nkey users with exactly the subjects that they need.
 * The files in deploy/nats are what this makes of one zone each.
 */
export function renderNatsAccounts(zones: readonly NatsZone[]): string {
  const ids = new Set(zones.map((zone) => zone.id));
  if (ids.size !== zones.length) throw new TypeError('two zones with the same id');
  return ['accounts {', ...zones.flatMap(renderAccount), '}', ''].join('\n');
}
