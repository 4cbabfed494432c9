import { readFileSync } from 'node:fs';
import { type Charter, organisation, parseCharter } from '@besure/governance';
import { type FactsVault, loadFactsVault } from '@besure/keys';
import {
  ConfigurationError,
  type ServiceConfig,
  duration,
  file,
  fromVariable,
  identifier,
  serviceConfig,
  serviceVariables,
  url,
  wholeNumber,
} from '@besure/service';
import { z } from 'zod';

/** What `intake` is told. */
export interface IntakeConfig extends ServiceConfig {
  readonly organisation: string;
  readonly role: 'organisation' | 'exchange';
  readonly databaseUrl: string;
  readonly bus: { readonly url: string; readonly credentialsFile: string | undefined };
  readonly charter: Charter;
  readonly vault: FactsVault;
  readonly tokensFile: string;
  /** How far ahead of this clock an event may lie. */
  readonly clockToleranceSeconds: number;
  /** How old an event may be when it comes. */
  readonly maxEventAgeSeconds: number;
  /** How many accepted events may wait for proof before no more are taken. */
  readonly maxBacklog: number;
  /** Below so many free bytes on the database's disk nothing is taken. */
  readonly minFreeBytes: number;
}

/** The environment of `intake`, with rules that read on after the variable's name. */
export const intakeConfiguration = z
  .object({
    ...serviceVariables,
    BESURE_ORGANISATION: identifier(),
    BESURE_ROLE: z.enum(['organisation', 'exchange'], { error: 'must be organisation or exchange' }),
    BESURE_DATABASE_URL: url('postgres', 'postgresql'),
    BESURE_NATS_URL: url('nats', 'tls'),
    BESURE_NATS_CREDENTIALS_FILE: file().optional(),
    BESURE_CHARTER_FILE: file(),
    BESURE_FACTS_KEY_FILE: file(),
    BESURE_TOKENS_FILE: file(),
    BESURE_CLOCK_TOLERANCE: duration().default(300),
    BESURE_MAX_EVENT_AGE: duration().default(30 * 86_400),
    BESURE_MAX_BACKLOG: wholeNumber(1, 1_000_000_000).default(100_000),
    BESURE_MIN_FREE_BYTES: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(256 * 1024 * 1024),
  })
  .transform((env): IntakeConfig => {
    const charter = fromVariable('BESURE_CHARTER_FILE', () =>
      parseCharter(readFileSync(env.BESURE_CHARTER_FILE, 'utf8')),
    );
    if (organisation(charter, env.BESURE_ORGANISATION)?.role !== env.BESURE_ROLE) {
      throw new ConfigurationError(
        'BESURE_ORGANISATION',
        'must be in the charter, with the role of BESURE_ROLE',
      );
    }
    return {
      ...serviceConfig(env),
      organisation: env.BESURE_ORGANISATION,
      role: env.BESURE_ROLE,
      databaseUrl: env.BESURE_DATABASE_URL,
      bus: { url: env.BESURE_NATS_URL, credentialsFile: env.BESURE_NATS_CREDENTIALS_FILE },
      charter,
      vault: fromVariable('BESURE_FACTS_KEY_FILE', () => loadFactsVault(env.BESURE_FACTS_KEY_FILE)),
      tokensFile: env.BESURE_TOKENS_FILE,
      clockToleranceSeconds: env.BESURE_CLOCK_TOLERANCE,
      maxEventAgeSeconds: env.BESURE_MAX_EVENT_AGE,
      maxBacklog: env.BESURE_MAX_BACKLOG,
      minFreeBytes: env.BESURE_MIN_FREE_BYTES,
    };
  });
