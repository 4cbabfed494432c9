import { duration, file, urls, wholeNumber } from '@besure/service';
import { type MemberConfig, memberConfig, memberVariables } from '@besure/service/zone';
import { z } from 'zod';

/** What `intake` is told. */
export interface IntakeConfig extends MemberConfig {
  /** Where each hub serves its logs: what stands before `/log/rights`. */
  readonly hubLogUrls: readonly string[];
  readonly tokensFile: string;
  /** How far ahead of this clock an event may lie. */
  readonly clockToleranceSeconds: number;
  /** How old an event may be when it comes. */
  readonly maxEventAgeSeconds: number;
  /** How many accepted events may wait for proof before no more are taken. */
  readonly maxBacklog: number;
  /** How many events one token may hand in per second. */
  readonly maxEventsPerSecond: number;
  /** Below so many free bytes on the database's disk nothing is taken. */
  readonly minFreeBytes: number;
}

/** The environment of `intake`, with rules that read on after the variable's name. */
export const intakeConfiguration = z
  .object({
    ...memberVariables,
    BESURE_HUB_LOG_URLS: urls('http', 'https'),
    BESURE_TOKENS_FILE: file(),
    BESURE_CLOCK_TOLERANCE: duration().default(300),
    BESURE_MAX_EVENT_AGE: duration().default(30 * 86_400),
    BESURE_MAX_BACKLOG: wholeNumber(1, 1_000_000_000).default(100_000),
    BESURE_MAX_EVENTS_PER_SECOND: wholeNumber(1, 1_000_000).default(10_000),
    BESURE_MIN_FREE_BYTES: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(256 * 1024 * 1024),
  })
  .transform((env): IntakeConfig => ({
    ...memberConfig(env),
    hubLogUrls: env.BESURE_HUB_LOG_URLS,
    tokensFile: env.BESURE_TOKENS_FILE,
    clockToleranceSeconds: env.BESURE_CLOCK_TOLERANCE,
    maxEventAgeSeconds: env.BESURE_MAX_EVENT_AGE,
    maxBacklog: env.BESURE_MAX_BACKLOG,
    maxEventsPerSecond: env.BESURE_MAX_EVENTS_PER_SECOND,
    minFreeBytes: env.BESURE_MIN_FREE_BYTES,
  }));
