import { createPublicKey, sign, verify, X509Certificate, type KeyObject } from 'node:crypto';
import { KeyError } from './error.js';
import { readPublicFile, readSecretFile } from './key-file.js';
import { compactFromDer } from './p256-signature.js';
import { parsePrivateKey, rawPublicKey } from './private-key.js';

/** Signs statements and countersignatures for one organisation. A hardware provider implements this interface. */
export interface StatementSigner {
  /** The seal certificate and its issuers as DER, for the `x5c` header; the first holds `publicKey`. */
  readonly certificates: readonly Uint8Array[];
  /** The P-256 point, 65 bytes uncompressed: what the charter names as the organisation's signing key. */
  readonly publicKey: Uint8Array;
  /** ES256 over the JWS signing input (ASCII): 64 bytes r||s with low S. */
  sign(signingInput: string): Uint8Array;
}

/** More certificates than this have no place in a statement (specs/statement.md). */
const MOST_CERTIFICATES = 4;

/** Names of natural persons in a subject: given name, surname, pseudonym (EN 319 412-2). */
const PERSON = /^(?:.* \+ )?(?:GN|SN|pseudonym)=/m;

function parseChain(text: string, where: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  const rest = text.replace(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g, '');
  if (blocks.length === 0 || blocks.length > MOST_CERTIFICATES || rest.trim() !== '') {
    throw new KeyError(
      'certificate-malformed',
      `${where} must hold 1 to ${MOST_CERTIFICATES} PEM certificates only`,
    );
  }
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    throw new KeyError('certificate-malformed', `${where} holds something that is not an X.509 certificate`);
  }
}

/**
 * Every statement shows the certificate in clear, for ever: one of a person would put personal data where nobody can erase
 * them, and show who worked when. A seal certificate names an organisation.
 */
function checkSeal({ subject }: X509Certificate, where: string): void {
  if (PERSON.test(subject))
    throw new KeyError(
      'certificate-of-a-person',
      `the first certificate in ${where} names a person: a seal is needed`,
    );
}

function checkChain(chain: readonly X509Certificate[], where: string): void {
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain[index + 1];
    if (issuer !== undefined && !(certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey))) {
      throw new KeyError(
        'certificate-chain',
        `certificate ${index + 1} in ${where} was not issued by the next one`,
      );
    }
  }
}

/** Checks that key and chain belong together and builds the signer; `where` are the file names for errors. */
export function createStatementSigner(
  key: KeyObject,
  chain: readonly X509Certificate[],
  where: string,
): StatementSigner {
  checkChain(chain, where);
  const publicKey = rawPublicKey(key);
  const [seal] = chain;
  if (
    seal === undefined ||
    seal.publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1' ||
    !Buffer.from(rawPublicKey(seal.publicKey)).equals(publicKey)
  ) {
    throw new KeyError(
      'certificate-mismatch',
      `the first certificate in ${where} must hold the public half of the key`,
    );
  }
  checkSeal(seal, where);
  const signer: StatementSigner = {
    certificates: chain.map((certificate) => new Uint8Array(certificate.raw)),
    publicKey,
    sign: (signingInput) => compactFromDer(sign('sha256', Buffer.from(signingInput, 'utf8'), key)),
  };
  const probe = 'besure self-test';
  const check = { key: createPublicKey(key), dsaEncoding: 'ieee-p1363' } as const;
  if (!verify('sha256', Buffer.from(probe), check, signer.sign(probe))) {
    throw new KeyError('invalid-key', 'a test signature of the statement key does not verify');
  }
  return signer;
}

/** Loads an organisation's signing key (PEM PKCS#8, P-256) and certificate chain (PEM, seal certificate first). */
export function loadStatementSigner(files: { keyFile: string; certificateFile: string }): StatementSigner {
  const key = parsePrivateKey(readSecretFile(files.keyFile), 'p-256', files.keyFile);
  const chain = parseChain(readPublicFile(files.certificateFile), files.certificateFile);
  return createStatementSigner(key, chain, files.certificateFile);
}
