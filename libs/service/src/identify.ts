import type { ClientCertificate } from './client-certificate.js';
import { type Problem, problems } from './problem.js';
import { type Caller, type Credential, type Scope, type TokensFile, hashToken } from './tokens-file.js';

/** By what a request shows who it comes from. */
export interface Shown {
  /** The header `Authorization`. */
  readonly authorization: string | null;
  /** The client certificate of the connection. */
  readonly certificate?: ClientCertificate | null;
  /** The user of the bus who alone may ask there. */
  readonly busUser?: string | null;
}

/**
 * Who calls. A token that is shown decides, also a wrong one; without one the certificate does, or the user of the bus.
 *
 * @throws Problem 401 where nobody is known by it
 */
export function identify(tokens: TokensFile | null, shown: Shown): Caller {
  const { authorization, certificate = null, busUser = null } = shown;
  if (authorization !== null) {
    const token = /^Bearer ([\w.~+/=-]{1,512})$/i.exec(authorization)?.[1];
    const caller = token === undefined ? null : find(tokens, { kind: 'token', value: hashToken(token) });
    return caller ?? fail('authorization', 'must be Bearer and a token that is known here', INVALID_TOKEN);
  }
  if (certificate !== null) {
    if (certificate.fault !== null) return fail('certificate', certificate.fault);
    const { publicKeySha256 } = certificate;
    return (
      find(tokens, { kind: 'certificate', value: publicKeySha256 }) ??
      fail('certificate', 'must have a public key that is known here', {
        detail: `The SHA-256 of its public key is ${publicKeySha256}.`,
      })
    );
  }
  if (busUser !== null) {
    return (
      find(tokens, { kind: 'bus-user', value: busUser }) ??
      fail('subject', 'must end in a user who is known here')
    );
  }
  return fail('authorization', 'must be given: Bearer and a token');
}

/** Throws a problem, 403, where a caller may not do something. */
export function demandScope({ credential: { kind }, scopes }: Caller, scope: Scope): void {
  if (scopes.includes(scope)) return;
  throw problems.forbidden({
    field: FIELDS[kind],
    rule: `must have the scope ${scope}`,
    headers: { 'www-authenticate': `${CHALLENGE}, error="insufficient_scope", scope="${scope}"` },
  });
}

const FIELDS: Readonly<Record<Credential['kind'], string>> = {
  token: 'authorization',
  certificate: 'certificate',
  'bus-user': 'subject',
};
const CHALLENGE = 'Bearer realm="besure"';
const INVALID_TOKEN = { headers: { 'www-authenticate': `${CHALLENGE}, error="invalid_token"` } };

function find(tokens: TokensFile | null, credential: Credential): Caller | null {
  return tokens?.find(credential) ?? null;
}

function fail(field: string, rule: string, more: Parameters<typeof problems.unauthenticated>[0] = {}): never {
  throw problems.unauthenticated({ field, rule, ...more }) satisfies Problem;
}
