import { type Bus, connectBus, inboxPrefixOf } from '@besure/messaging';
import type { ServiceContext } from '../run-service.js';
import { type BusConfig, type MemberConfig, busOptions } from './member-configuration.js';

/**
 * Dials a bus, shows in health and log whether it is there, and closes it when the service stops. Returns at once.
 *
 * @param what names the bus in health and log: `zone`, `exchange`, `hub-0`
 * @param user whose answers come here: the user of the bus, whose inbox prefix is its own
 */
export function dialBus(
  context: ServiceContext<MemberConfig>,
  what: string,
  bus: BusConfig,
  user: string,
): Bus {
  const { config, log, health, name } = context;
  const dialled = connectBus({
    ...busOptions(bus),
    name: `${config.organisation}-${name}`,
    inboxPrefix: inboxPrefixOf(user),
    onChange: (connected, error) =>
      log.info('bus', { kind: what, state: connected ? 'connected' : 'disconnected', error }),
  });
  context.onStop(what, () => dialled.close());
  health.show(what, () => dialled.connected);
  return dialled;
}
