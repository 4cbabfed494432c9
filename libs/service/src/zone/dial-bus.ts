import { type Bus, connectBus, inboxPrefixOf } from '@besure/messaging';
import type { ServiceContext } from '../run-service.js';
import type { BusConfig, MemberConfig } from './member-configuration.js';

/**
 * Dials a bus, shows in health and log whether it is there, and closes it when the service stops. Returns at once.
 *
 * @param what names the bus in health and log: `zone`, `exchange`, `hub-0`
 * @param user whose answers come here: the user of the bus, whose inbox prefix is its own
 */
export function dialBus(
  context: ServiceContext<MemberConfig>,
  what: string,
  { url, credentialsFile }: BusConfig,
  user: string,
): Bus {
  const { config, log, health, name } = context;
  const bus = connectBus({
    url,
    name: `${config.organisation}-${name}`,
    inboxPrefix: inboxPrefixOf(user),
    ...(credentialsFile !== undefined && { credentialsFile }),
    onChange: (connected) => log.info('bus', { kind: what, state: connected ? 'connected' : 'disconnected' }),
  });
  context.onStop(what, () => bus.close());
  health.show(what, () => bus.connected);
  return bus;
}
