import type { DeadLetterDesk, RunningService, ServiceConfig, ServiceDefinition } from '@besure/service';
import { readConfiguration, runService } from '@besure/service';
import { archiveService } from '@besure/archive';
import { intakeService } from '@besure/intake';
import { ledgerWriterService } from '@besure/ledger-writer';
import { proofService } from '@besure/proof';
import { rightsService } from '@besure/rights';
import { createLog } from '@besure/service';
import type { DestinationStream } from 'pino';
import type { ServiceName, ServicePlan } from './service-environment.js';

/** A service with its configuration read: what can be done with it, whatever its configuration looks like. */
export interface ReadyService {
  migrate(): Promise<void>;
  start(): Promise<RunningService>;
  /** Where its dead letters are ended; null where it has none. */
  deadLetters(): Promise<DeadLetterDesk | null>;
}

type Prepare = (environment: Readonly<Record<string, string>>, logs: DestinationStream) => ReadyService;

/** Hides the type of a configuration that only the service itself looks into. */
function prepare<C extends ServiceConfig>(definition: ServiceDefinition<C>): Prepare {
  return (environment, logs) => {
    const config = readConfiguration(definition.configuration, environment);
    const log = createLog({ name: definition.name, stream: logs });
    return {
      migrate: async () => definition.migrate?.(config, log),
      start: () => runService(definition, config, { logStream: logs }),
      deadLetters: async () => (await definition.deadLetters?.(config, log)) ?? null,
    };
  };
}

const PREPARE: Readonly<Record<ServiceName, Prepare>> = {
  intake: prepare(intakeService),
  proof: prepare(proofService),
  archive: prepare(archiveService),
  'ledger-writer': prepare(ledgerWriterService),
  rights: prepare(rightsService),
};

/** Reads the configuration of a planned service, as its own process would. */
export function prepareService(plan: ServicePlan, logs: DestinationStream): ReadyService {
  return PREPARE[plan.name](plan.environment, logs);
}
