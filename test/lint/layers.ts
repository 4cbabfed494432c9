// The layers of the design as data; `plugin.ts` makes lint errors of it, `layers.spec.ts` proves them.

const PURE = ['protocol', 'ledger-tx', 'ledger-log', 'time-stamp', 'governance', 'verification', 'audit'];
const SERVICE = [...PURE, 'event-store', 'log-store', 'messaging', 'keys', 'service'];
const APPS = ['intake', 'proof', 'archive', 'ledger-writer', 'rights', 'devchain'];

interface Layer {
  readonly pure?: boolean;
  readonly mayImport: readonly string[];
}

/**
 * By folder: which packages of ours (`@besure/<name>`) it may import. Anything not named is forbidden, so
 * that a new arrow between packages is a decision. `pure`: no clock, no chance, no system, and from
 * elsewhere only the packages in `PURE_EXTERNALS`, so that it runs in a browser and in 50 years.
 */
export const LAYERS: Readonly<Record<string, Layer>> = {
  'libs/protocol': { pure: true, mayImport: [] },
  'libs/ledger-tx': { pure: true, mayImport: ['protocol'] },
  'libs/ledger-log': { pure: true, mayImport: ['protocol', 'ledger-tx'] },
  'libs/time-stamp': { pure: true, mayImport: ['protocol'] },
  'libs/governance': { pure: true, mayImport: ['protocol', 'ledger-tx'] },
  'libs/verification': { pure: true, mayImport: ['protocol', 'ledger-tx', 'governance', 'time-stamp'] },
  'libs/audit': { pure: true, mayImport: ['protocol', 'governance', 'verification'] },

  // Where adapters can be made to fail. Who installs faults, see `FOR_TESTS`.
  'libs/fault-points': { mayImport: [] },
  'libs/multichain': { mayImport: ['protocol', 'ledger-tx', 'fault-points'] },
  'libs/event-store': { mayImport: ['protocol', 'fault-points'] },
  // Who follows the log or mirrors it makes the accusations.
  'libs/log-store': {
    mayImport: [
      'protocol',
      'ledger-tx',
      'governance',
      'verification',
      'audit',
      'event-store',
      'fault-points',
    ],
  },
  'libs/messaging': { mayImport: ['protocol', 'event-store', 'fault-points'] },
  'libs/keys': { mayImport: ['protocol', 'ledger-tx'] },
  'libs/service': { mayImport: ['protocol', 'governance', 'event-store', 'messaging', 'keys'] },
  // Reads the databases of a zone, whoever they belong to, and what its archive and the hubs serve.
  'libs/fsck': { mayImport: [...PURE, 'keys', 'log-store'] },
  'libs/testing': { mayImport: ['protocol', 'event-store', 'messaging', 'keys'] },

  'apps/intake': { mayImport: SERVICE },
  'apps/proof': { mayImport: SERVICE },
  'apps/archive': { mayImport: SERVICE },
  'apps/rights': { mayImport: SERVICE },
  // The only one that talks to MultiChain.
  'apps/ledger-writer': { mayImport: [...SERVICE, 'multichain'] },
  'apps/devchain': { mayImport: ['protocol', 'ledger-tx', 'keys', 'service'] },
  // demo, up and bench reach the services through dev-env; mirror copies what hubs publish.
  'apps/cli': { mayImport: [...PURE, 'keys', 'log-store', 'fsck', 'dev-env'] },

  // The only place that may import apps.
  'test/dev-env': { mayImport: [...SERVICE, 'testing', 'fault-points', 'fsck', ...APPS] },
};

/** What pure libraries may import from others: pure themselves, and audited. */
export const PURE_EXTERNALS = ['zod', '@noble/hashes', '@noble/curves', '@noble/post-quantum'];

/** Packages of others that stay behind one library of ours; tests may reach around it. */
export const ONLY_IN: Readonly<Record<string, string>> = {
  nats: 'libs/messaging',
  'multichain-node': 'libs/multichain',
  secp256k1: 'libs/keys',
};

/** Entries that no code of a product may import, whatever its layer: only tests, and the folder that runs networks for them. */
export const FOR_TESTS: { readonly entries: readonly string[]; readonly folder: string } = {
  entries: ['@besure/fault-points/install'],
  folder: 'test/dev-env',
};
