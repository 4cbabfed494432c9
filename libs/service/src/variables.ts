import { z } from 'zod';
import { ConfigurationError } from './configuration.js';
import { LOG_LEVELS, type LogLevel } from './log.js';
import type { TlsFiles } from './server-tls.js';

/** Schemas for environment variables; every message is a rule that reads on after the variable's name. */

/** A whole number from `least` to `most`, in decimal without sign or leading zero. */
export function wholeNumber(least: number, most: number): z.ZodType<number, string> {
  const rule = `must be a whole number from ${least} to ${most}`;
  return z
    .string({ error: rule })
    .regex(/^(0|[1-9][0-9]{0,15})$/, rule)
    .transform(Number)
    .refine((value) => value >= least && value <= most, rule);
}

/** A URL with one of the schemes, e.g. `url('postgres', 'postgresql')`. */
export function url(...schemes: readonly string[]): z.ZodType<string, string> {
  const rule = `must be a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
  const isOne = (text: string): boolean =>
    URL.canParse(text) && schemes.some((scheme) => text.startsWith(`${scheme}://`));
  return z.string({ error: rule }).refine(isOne, rule);
}

/** URLs separated by commas, at least one. */
export function urls(...schemes: readonly string[]): z.ZodType<string[], string> {
  const rule = `must be URLs separated by commas that start with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
  const one = url(...schemes);
  return z
    .string({ error: rule })
    .transform((text) => text.split(',').map((part) => part.trim()))
    .refine((parts) => parts.every((part) => one.safeParse(part).success), rule);
}

/** The path of a file. Whether it can be used shows when it is loaded: see `fromVariable`. */
export function file(): z.ZodType<string, string> {
  return z.string({ error: 'must be the path of a file' });
}

/** The id of an organisation or a hub as in the charter. */
export function identifier(): z.ZodType<string, string> {
  const rule = 'must be an id: lower-case letters, digits and hyphens, at most 63, starting with a letter';
  return z.string({ error: rule }).regex(/^[a-z][a-z0-9-]{0,62}$/, rule);
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A duration in seconds: `300`, `300 s`, `5 m`, `2 h`, `30 d`. */
export function duration(): z.ZodType<number, string> {
  const rule = 'must be a duration like 300 s, 5 m, 2 h or 30 d';
  return z
    .string({ error: rule })
    .regex(/^[0-9]{1,9} ?[smhd]?$/, rule)
    .transform((text) => Number.parseInt(text, 10) * (SECONDS[text.slice(-1)] ?? 1));
}

/** What every service is told about itself. */
export interface ServiceConfig {
  readonly http: {
    /** 0 takes a free port. */
    readonly port: number;
    /** Address to listen on; without it 127.0.0.1. */
    readonly host?: string;
    /** Without it HTTP is plain: for a laptop, and where a mesh or an ingress speaks TLS. */
    readonly tls?: TlsFiles;
  };
  readonly logLevel?: LogLevel;
  /** How long a request may take to come in; 30 seconds without it. */
  readonly requestMillis?: number;
  /** How long stopping may take; 20 seconds without it. */
  readonly stopMillis?: number;
}

/** The variables behind `ServiceConfig`: spread them into a service's schema. */
export const serviceVariables = {
  BESURE_HTTP_PORT: wholeNumber(0, 65_535).default(8080),
  // A process started by its main.js stands in a container; services started by a program listen on 127.0.0.1.
  BESURE_HTTP_HOST: z.string({ error: 'must be an address to listen on' }).default('0.0.0.0'),
  BESURE_TLS_CERTIFICATE_FILE: file().optional(),
  BESURE_TLS_KEY_FILE: file().optional(),
  BESURE_TLS_CLIENT_CA_FILE: file().optional(),
  BESURE_LOG_LEVEL: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
  BESURE_STOP_DEADLINE: duration().default(20),
  BESURE_REQUEST_DEADLINE: duration()
    .refine((seconds) => seconds > 0, 'must not be 0')
    .default(30),
};

/** `ServiceConfig` from the variables: for the transform of a service's schema. Throws `ConfigurationError`. */
export function serviceConfig(env: z.output<z.ZodObject<typeof serviceVariables>>): ServiceConfig {
  const tls = tlsFiles(env);
  return {
    http: {
      port: env.BESURE_HTTP_PORT,
      host: env.BESURE_HTTP_HOST,
      ...(tls !== null && { tls }),
    },
    logLevel: env.BESURE_LOG_LEVEL,
    requestMillis: env.BESURE_REQUEST_DEADLINE * 1000,
    stopMillis: env.BESURE_STOP_DEADLINE * 1000,
  };
}

/** All or nothing: half a setting would serve in clear what was meant to be served over TLS. */
function tlsFiles({
  BESURE_TLS_CERTIFICATE_FILE: certificateFile,
  BESURE_TLS_KEY_FILE: keyFile,
  BESURE_TLS_CLIENT_CA_FILE: clientCaFile,
}: {
  readonly BESURE_TLS_CERTIFICATE_FILE?: string | undefined;
  readonly BESURE_TLS_KEY_FILE?: string | undefined;
  readonly BESURE_TLS_CLIENT_CA_FILE?: string | undefined;
}): TlsFiles | null {
  if (certificateFile === undefined) {
    if (keyFile === undefined && clientCaFile === undefined) return null;
    throw new ConfigurationError(
      'BESURE_TLS_CERTIFICATE_FILE',
      'must be set with BESURE_TLS_KEY_FILE and BESURE_TLS_CLIENT_CA_FILE',
    );
  }
  if (keyFile === undefined) {
    throw new ConfigurationError('BESURE_TLS_KEY_FILE', 'must be set with BESURE_TLS_CERTIFICATE_FILE');
  }
  return { certificateFile, keyFile, ...(clientCaFile !== undefined && { clientCaFile }) };
}
