import {
  certificate,
  type CertificateOptions,
  DIGITAL_SIGNATURE,
  forTimeStamping,
  type InfoOptions,
  isCa,
  issuerAndSerial,
  KEY_CERT_SIGN,
  keyUsage,
  TEST_AUTHORITY,
  testKey,
  token,
  type TokenOptions,
  tstInfo,
} from '../../libs/time-stamp/test/authority.ts';

/** What most tokens are over: the text of a checkpoint. */
export const MESSAGE = 'log.besure.example/test\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
/** 22 November 2026, 12:00:00 UTC. */
export const TIME = Date.UTC(2026, 10, 22, 12) / 1000;

/** An authority as a trust file names it. */
export interface CaseAuthority {
  readonly certificate: Uint8Array;
  readonly from: number;
  readonly until: number | null;
}

/** One vector; `code` is absent for what must be accepted. */
export interface TimeStampCase {
  readonly name: string;
  readonly comment: string;
  readonly code?: string;
  readonly token: Uint8Array;
  readonly message?: string;
  readonly authorities?: readonly CaseAuthority[];
}

/** An authority whose word always counts. */
export function always(anchor: Uint8Array): CaseAuthority {
  return { certificate: anchor, from: 0, until: null };
}

/** The token of the usual signer, with what is given changed. */
export function usual(
  options: Partial<TokenOptions> = {},
  info: Partial<InfoOptions> = {},
  certificateOptions?: Partial<CertificateOptions>,
): Uint8Array {
  return token({
    info: tstInfo({ message: Buffer.from(MESSAGE), time: TIME, ...info }),
    key: certificateOptions?.key ?? TEST_AUTHORITY.key,
    certificate: certificateOptions === undefined ? TEST_AUTHORITY.signer : signer(certificateOptions),
    sid: issuerAndSerial({ ...NAMES, ...certificateOptions }),
    ...options,
  });
}

/** The name of the root. */
export const ROOT_NAME = 'BeSure test time-stamp root';
const NAMES = { subject: 'BeSure test time stamps', issuer: ROOT_NAME, serial: 2 };
export const rootKey = testKey('root');
export const intermediateKey = testKey('intermediate');

/** The usual signer's certificate, changed. */
export function signer(options: Partial<CertificateOptions> = {}): Uint8Array {
  return certificate({
    ...NAMES,
    key: TEST_AUTHORITY.key,
    issuerKey: rootKey,
    extensions: [keyUsage(DIGITAL_SIGNATURE), forTimeStamping()],
    ...options,
  });
}

/** The usual root, changed. */
export function root(options: Partial<CertificateOptions> = {}): Uint8Array {
  return certificate({
    subject: ROOT_NAME,
    key: rootKey,
    issuer: ROOT_NAME,
    issuerKey: rootKey,
    extensions: [isCa(), keyUsage(KEY_CERT_SIGN)],
    ...options,
  });
}

/** An authority between the root and a signer, changed; {@link signedBelow} makes tokens under it. */
export function intermediate(options: Partial<CertificateOptions> = {}): Uint8Array {
  return certificate({
    subject: 'BeSure test intermediate 1',
    key: intermediateKey,
    issuer: ROOT_NAME,
    issuerKey: rootKey,
    serial: 3,
    extensions: [isCa(0), keyUsage(KEY_CERT_SIGN), forTimeStamping(false)],
    ...options,
  });
}

/** A token whose signer has its certificate from the first intermediate; all of them stand in the token. */
export function signedBelow(others: readonly Uint8Array[], options: Partial<TokenOptions> = {}): Uint8Array {
  return usual(
    { others, ...options },
    {},
    { issuer: 'BeSure test intermediate 1', issuerKey: intermediateKey },
  );
}
