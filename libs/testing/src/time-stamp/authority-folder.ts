import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openssl } from './openssl.js';

/** The keys that an authority may have, in the words of OpenSSL. */
export type AuthorityKey = 'rsa:2048' | 'rsa:3072' | 'rsa:4096' | 'ec:P-256' | 'ec:P-384';

/** What kind of authority it is. */
export interface AuthorityOptions {
  /** That of the signer; root and intermediate have the same kind. */
  readonly key?: AuthorityKey;
  readonly hash?: 'sha256' | 'sha384' | 'sha512';
  /** Whether an authority stands between the root and the signer. */
  readonly intermediate?: boolean;
  /** In the words of the configuration of `openssl ts`, such as `secs:1`. */
  readonly accuracy?: string;
}

/** The policy that its tokens name; of no meaning. */
const POLICY = '1.3.6.1.4.1.13762.3';
const DAYS = '3650';

const EXTENSIONS = `
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[signer]
basicConstraints = CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
`;

/** Makes a time-stamp authority in an empty folder; gives the DER of its root. */
export async function makeAuthority(folder: string, options: AuthorityOptions = {}): Promise<Uint8Array> {
  const { key = 'ec:P-256', hash = 'sha256', intermediate = false, accuracy } = options;
  writeFileSync(join(folder, 'extensions.cnf'), EXTENSIONS);
  writeFileSync(join(folder, 'request.cnf'), '[req]\ndistinguished_name = name\n[name]\n');
  const issuers = intermediate ? ['root', 'intermediate'] : ['root'];
  for (const [i, name] of [...issuers, 'signer'].entries()) {
    await makeCertificate(folder, name, issuers[i - 1], key, hash);
  }
  const chain = issuers.map((name) => readFileSync(join(folder, `${name}.pem`), 'utf8'));
  writeFileSync(join(folder, 'chain.pem'), chain.toReversed().join(''));
  writeFileSync(join(folder, 'serial'), '01\n');
  writeFileSync(
    join(folder, 'ts.cnf'),
    [
      '[tsa]',
      'default_tsa = authority',
      '[authority]',
      'serial = serial',
      'signer_cert = signer.pem',
      'signer_key = signer.key',
      'certs = chain.pem',
      `signer_digest = ${hash}`,
      `default_policy = ${POLICY}`,
      'digests = sha256, sha384, sha512',
      'ess_cert_id_alg = sha256',
      'ess_cert_id_chain = no',
      'ordering = no',
      'tsa_name = no',
      ...(accuracy === undefined ? [] : [`accuracy = ${accuracy}`]),
      '',
    ].join('\n'),
  );
  await openssl(folder, 'x509', '-in', 'root.pem', '-outform', 'DER', '-out', 'root.der');
  return readFileSync(join(folder, 'root.der'));
}

/** The TimeStampResp of the authority in a folder to a TimeStampReq. One at a time: it counts in a file. */
export async function reply(folder: string, query: Uint8Array): Promise<Uint8Array> {
  writeFileSync(join(folder, 'query.tsq'), query);
  await openssl(folder, 'ts', '-reply', '-config', 'ts.cnf', '-queryfile', 'query.tsq', '-out', 'answer.tsr');
  return readFileSync(join(folder, 'answer.tsr'));
}

async function makeCertificate(
  folder: string,
  name: string,
  issuer: string | undefined,
  key: AuthorityKey,
  hash: string,
): Promise<void> {
  const [algorithm = '', parameter = ''] = key.split(':');
  const [kind, option] =
    algorithm === 'rsa' ? ['RSA', `rsa_keygen_bits:${parameter}`] : ['EC', `ec_paramgen_curve:${parameter}`];
  await openssl(folder, 'genpkey', '-algorithm', kind, '-pkeyopt', option, '-out', `${name}.key`);
  const subject = `/O=BeSure test/CN=BeSure test time-stamp ${name}`;
  const request = ['-new', '-config', 'request.cnf', '-key', `${name}.key`, '-subj', subject];
  await openssl(folder, 'req', ...request, '-out', `${name}.csr`);
  const signedBy =
    issuer === undefined
      ? ['-signkey', `${name}.key`]
      : ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`, '-CAcreateserial'];
  const extensions = ['-extfile', 'extensions.cnf', '-extensions', name];
  const form = ['-days', DAYS, `-${hash}`, ...extensions];
  await openssl(folder, 'x509', '-req', '-in', `${name}.csr`, ...signedBy, ...form, '-out', `${name}.pem`);
}
