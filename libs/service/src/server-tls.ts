import type { Server, ServerOptions } from 'node:https';
import { type SecureContextOptions, createSecureContext } from 'node:tls';
import { ConfigurationError, fromVariable } from './configuration.js';
import type { ServiceLog } from './log.js';
import { readCertificates, readPrivateKey } from './pem-files.js';
import { RereadFiles } from './reread-files.js';

/** The files, all PEM, that HTTP is served over TLS with. */
export interface TlsFiles {
  /** The server's certificate, and those between it and an authority that callers know. */
  readonly certificateFile: string;
  readonly keyFile: string;
  /** The authorities that client certificates may come from; without it none is asked for. */
  readonly clientCaFile?: string;
}

/** Suites with forward secrecy and authenticated encryption only. Those of TLS 1.3 all have both. */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':');
const HANDSHAKE_MILLIS = 10_000;
/** TLS at work in a server. */
export interface AttachedTls {
  /** Looks at the files, with each request. */
  readonly refresh: () => void;
  /** Whether a connection was, or may have been, opened with files of before. */
  readonly isOld: (socket: object) => boolean;
}

/**
 * TLS of an HTTP server. The files are looked at with each connection and each request, at most once a second; changed ones count from the next
 * connection on, and connections of before end with their next answer. While changed files are broken, the last good ones count.
 */
export class ServerTls {
  readonly #files: RereadFiles<SecureContextOptions>;
  /** Whether client certificates count. */
  readonly asksClients: boolean;
  #used: SecureContextOptions;

  /** Throws `ConfigurationError` when the files cannot be used. */
  constructor(files: TlsFiles, log: ServiceLog, checkMillis?: number) {
    const { certificateFile, keyFile, clientCaFile } = files;
    this.asksClients = clientCaFile !== undefined;
    this.#files = new RereadFiles({
      paths: [certificateFile, keyFile, ...(clientCaFile === undefined ? [] : [clientCaFile])],
      read: () => readContext(files),
      checkMillis,
      onFault: (error) => log.error('TLS files cannot be used, the last good ones count', { error }),
      onReread: () => log.info('TLS files read again'),
    });
    this.#used = this.#files.current;
  }

  /** What a server starts with. */
  get options(): ServerOptions {
    return {
      ...this.#used,
      handshakeTimeout: HANDSHAKE_MILLIS,
      // Asked for, not demanded: callers with tokens and probes have none. What an unacceptable one means is decided with the request.
      requestCert: this.asksClients,
      rejectUnauthorized: false,
    };
  }

  /** Keeps a server up to date; see `AttachedTls`. */
  attach(server: Server): AttachedTls {
    const openedWith = new WeakMap<object, SecureContextOptions>();
    let changedAt = -HANDSHAKE_MILLIS;
    const refresh = (): void => {
      const files = this.#files.current;
      if (files === this.#used) return;
      this.#used = files;
      changedAt = performance.now();
      // With the context go the keys of its session tickets: nobody resumes what an authority of before vouched for.
      server.setSecureContext(files);
      server.closeIdleConnections();
    };
    // Before the handshake of this very connection.
    server.prependListener('connection', refresh);
    server.on('secureConnection', (socket) => {
      // A handshake that ends now may have begun before the change.
      if (performance.now() - changedAt >= HANDSHAKE_MILLIS) openedWith.set(socket, this.#used);
    });
    return { refresh, isOld: (socket) => openedWith.get(socket) !== this.#used };
  }
}

function readContext({ certificateFile, keyFile, clientCaFile }: TlsFiles): SecureContextOptions {
  const certificates = fromVariable('BESURE_TLS_CERTIFICATE_FILE', () => readCertificates(certificateFile));
  const key = fromVariable('BESURE_TLS_KEY_FILE', () => readPrivateKey(keyFile));
  if (!certificates[0].checkPrivateKey(key)) {
    throw new ConfigurationError('BESURE_TLS_KEY_FILE', 'must be the key of BESURE_TLS_CERTIFICATE_FILE');
  }
  const pem = (list: readonly { toString(): string }[]): string => list.map(String).join('\n');
  const options: SecureContextOptions = {
    cert: pem(certificates),
    key: key.export({ format: 'pem', type: 'pkcs8' }),
    ...(clientCaFile !== undefined && {
      ca: fromVariable('BESURE_TLS_CLIENT_CA_FILE', () => pem(readCertificates(clientCaFile))),
    }),
    minVersion: 'TLSv1.2',
    ciphers: CIPHERS,
    honorCipherOrder: true,
  };
  // Whatever else OpenSSL refuses (a key that is too small) shows now, not at the first connection.
  fromVariable('BESURE_TLS_CERTIFICATE_FILE', () => createSecureContext(options));
  return options;
}
