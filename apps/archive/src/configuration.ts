import { loadWitnessKey, type MessageSigner } from '@besure/keys';
import { ConfigurationError, file, fromVariable, urls } from '@besure/service';
import {
  type BusConfig,
  type MemberConfig,
  exchangeBus,
  exchangeVariables,
  hubBuses,
  hubBusVariables,
  memberConfig,
  memberVariables,
} from '@besure/service/zone';
import { z } from 'zod';

/** A hub. */
export interface HubConfig {
  /** Where it serves the ledger log: what stands before `/log/proofs`. */
  readonly logUrl: string;
  readonly bus: BusConfig;
}

/** What `archive` is told. */
export interface ArchiveConfig extends MemberConfig {
  /** The exchange's bus, to pull copies from; null at the exchange itself, which serves them on its own. */
  readonly exchangeBus: BusConfig | null;
  /** The hubs. */
  readonly hubs: readonly HubConfig[];
  /** By which this archive cosigns checkpoints; null where it only hands on what it saw. */
  readonly witnessSigner: MessageSigner | null;
  readonly tokensFile: string;
}

/** The environment of `archive`, with rules that read on after the variable's name. */
export const archiveConfiguration = z
  .object({
    ...memberVariables,
    ...exchangeVariables,
    ...hubBusVariables,
    BESURE_HUB_LOG_URLS: urls('http', 'https'),
    BESURE_WITNESS_KEY_FILE: file().optional(),
    BESURE_TOKENS_FILE: file(),
  })
  .transform((env): ArchiveConfig => {
    const hubs = hubsOf(env.BESURE_HUB_LOG_URLS, hubBuses(env));
    const exchange = exchangeBus(env, env.BESURE_ROLE);
    const member = memberConfig(env);
    const { BESURE_WITNESS_KEY_FILE: witnessFile } = env;
    return {
      ...member,
      hubs,
      exchangeBus: exchange,
      witnessSigner:
        witnessFile === undefined
          ? null
          : fromVariable('BESURE_WITNESS_KEY_FILE', () => loadWitnessKey(witnessFile)),
      tokensFile: env.BESURE_TOKENS_FILE,
    };
  });

/** Both lists are in the same order: what a hub shows is answered on its own bus. */
function hubsOf(logUrls: readonly string[], buses: readonly BusConfig[]): HubConfig[] {
  const hubs = logUrls.flatMap((logUrl, i): HubConfig[] => {
    const bus = buses[i];
    return bus === undefined ? [] : [{ logUrl, bus }];
  });
  if (hubs.length !== logUrls.length || hubs.length !== buses.length) {
    throw new ConfigurationError(
      'BESURE_HUB_NATS_URLS',
      'must be as many as BESURE_HUB_LOG_URLS, hub by hub',
    );
  }
  return hubs;
}
