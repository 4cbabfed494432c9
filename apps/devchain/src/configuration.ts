import { readFileSync } from 'node:fs';
import {
  fromVariable,
  serviceConfig,
  serviceVariables,
  wholeNumber,
  type ServiceConfig,
} from '@besure/service';
import { z } from 'zod';

/** What devchain must be told. */
export interface DevchainConfig extends ServiceConfig {
  /** Where the chain lives; made if it is not there. */
  readonly dataDirectory: string;
  readonly chain: string;
  readonly user: string;
  readonly password: string;
  /** Milliseconds between two blocks. */
  readonly blockMillis: number;
}

const chainRule = 'must be a chain name: lower-case letters, digits and hyphens, at most 32';
const userRule = 'must be a user name without colon';

/** The environment variables of devchain. */
export const devchainConfiguration = z
  .object({
    ...serviceVariables,
    DEVCHAIN_DATA_DIR: z.string({ error: 'must be a directory for the files of the chain' }),
    DEVCHAIN_CHAIN: z
      .string({ error: chainRule })
      .regex(/^[a-z][a-z0-9-]{0,31}$/, chainRule)
      .default('besure'),
    DEVCHAIN_USER: z
      .string({ error: userRule })
      .regex(/^[^:\s]+$/, userRule)
      .default('multichainrpc'),
    DEVCHAIN_PASSWORD_FILE: z.string({ error: 'must be the path of a file with the password of the RPC' }),
    DEVCHAIN_BLOCK_MILLIS: wholeNumber(10, 3_600_000).default(2000),
  })
  .transform((environment): DevchainConfig => ({
    ...serviceConfig(environment),
    dataDirectory: environment.DEVCHAIN_DATA_DIR,
    chain: environment.DEVCHAIN_CHAIN,
    user: environment.DEVCHAIN_USER,
    password: fromVariable('DEVCHAIN_PASSWORD_FILE', () => readPassword(environment.DEVCHAIN_PASSWORD_FILE)),
    blockMillis: environment.DEVCHAIN_BLOCK_MILLIS,
  }));

function readPassword(path: string): string {
  const password = readFileSync(path, 'utf8').replace(/\n$/, '');
  if (password === '') throw new Error('the file is empty');
  return password;
}
