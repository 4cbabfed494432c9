import type { EventStore } from '@besure/event-store';
import { addressFormatOf, type Charter } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { encodeAddress, hash160 } from '@besure/ledger-tx';
import { CharterFollower } from '@besure/log-store';
import { ConfigurationError, type ServiceContext } from '@besure/service';
import { assertOfCharter } from '@besure/service/zone';
import type { ProofConfig } from './configuration.js';
import {
  belongsToAnother,
  type KeysHeld,
  type KeyStanding,
  ledgerKeyStanding,
  signingKeyStanding,
} from './key-standing.js';
import { type KeyKind, OwnKeys } from './own-keys.js';

const VARIABLES = { signing: 'BESURE_SIGNING_KEY_FILE', ledger: 'BESURE_LEDGER_KEY_FILE' } as const;

/** These come and go with a rotation that is under way; at all others a person has to look. */
const EXPECTED: ReadonlySet<KeyStanding> = new Set(['in-force', 'proposed']);

/**
 * Opens what the board has decided and the keys that stand or fall with it. A key that the board has not decided on yet, or has ended, is no error: the service
 * holds what it would sign with it, says so, and goes on by itself.
 *
 * @throws ConfigurationError where the charter does not have the organisation, or has the key for another one
 */
export async function openKeys(
  context: Pick<ServiceContext<ProofConfig>, 'config' | 'log' | 'metrics' | 'health'>,
  store: EventStore,
): Promise<{ charters: CharterFollower; keys: OwnKeys }> {
  const { config, log, metrics, health } = context;
  const held = heldBy(config);
  let followed: OwnKeys | null = null;
  const charters = await CharterFollower.open(
    {
      store,
      first: config.charter,
      hubLogUrls: config.hubLogUrls,
      primitives: nodePrimitives,
      log,
      onChanged: () => followed?.look(),
    },
    (charter) =>
      [signingKeyStanding, ledgerKeyStanding].every(
        (standingOf) => standingOf(held, { charter, openProposals: [] }) === 'in-force',
      ),
  );
  assertOfCharter(config, charters.charter);
  assertOwn(held, charters.charter);
  const alarms = metrics.gauge('besure_alarms');
  const keys = new OwnKeys({
    ...held,
    board: () => charters,
    statementSigner: config.statementSigner,
    ledgerSigner: config.ledgerSigner,
    onStanding(kind, standing, before) {
      alarms.set({ kind: `${kind}-key` }, EXPECTED.has(standing) ? 0 : 1);
      if (standing !== 'in-force')
        log[EXPECTED.has(standing) ? 'warn' : 'error'](
          'a key is not in force: what it would sign is held until it is',
          { kind, state: standing },
        );
      else if (before !== null) log.info('a key is in force: what was held goes on', { kind });
    },
  });
  followed = keys;
  keys.look();
  for (const kind of ['signing', 'ledger'] satisfies KeyKind[]) {
    health.show(`${kind}-key`, () => keys[kind] === 'in-force' || { ok: false, detail: keys[kind] });
  }
  return { charters, keys };
}

/** The keys for one look at what was kept of the board's decisions, without a service that follows them. */
export async function keysAsKept(config: ProofConfig, store: EventStore): Promise<OwnKeys> {
  const charters = await CharterFollower.open(
    {
      store,
      first: config.charter,
      hubLogUrls: [],
      primitives: nodePrimitives,
      log: { info: () => {}, warn: () => {} },
    },
    () => true,
  );
  const { statementSigner, ledgerSigner } = config;
  return new OwnKeys({
    ...heldBy(config),
    board: () => charters,
    statementSigner,
    ledgerSigner,
    onStanding: () => {},
  });
}

function heldBy({ organisation, statementSigner, ledgerSigner, charter }: ProofConfig): KeysHeld {
  const keyHash = hash160(ledgerSigner.publicKey, nodePrimitives.sha256);
  return {
    organisation,
    signingKey: statementSigner.publicKey,
    ledgerAddress: encodeAddress(keyHash, addressFormatOf(charter)),
  };
}

/** A key of another member is a mistake in the configuration, whatever the board decides. */
function assertOwn(held: KeysHeld, charter: Charter): void {
  const kind = belongsToAnother(held, charter);
  if (kind !== null)
    throw new ConfigurationError(VARIABLES[kind], 'holds a key that the charter has for another member');
}
