import { createHash } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';

/** The certificate of who asks: the SHA-256 of its public key, or the rule that keeps it from counting. */
export type ClientCertificate =
  | { readonly publicKeySha256: string; readonly fault: null }
  | { readonly publicKeySha256: null; readonly fault: string };

interface Shown {
  readonly certificate: ClientCertificate;
  readonly lastMoment: number;
}

const EXPIRED: ClientCertificate = { publicKeySha256: null, fault: 'must not have expired' };
const shown = new WeakMap<TLSSocket, Shown | null>();

/** The client certificate of a connection; null where none was shown. */
export function clientCertificateOf(socket: Socket): ClientCertificate | null {
  if (!(socket instanceof TLSSocket)) return null;
  let found = shown.get(socket);
  if (found === undefined) {
    found = read(socket);
    shown.set(socket, found);
  }
  if (found === null) return null;
  // A connection may outlive the certificate that it was opened with.
  return found.certificate.fault === null && Date.now() > found.lastMoment ? EXPIRED : found.certificate;
}

function read(socket: TLSSocket): Shown | null {
  const peer = socket.getPeerX509Certificate();
  if (peer === undefined) return null;
  const lastMoment = peer.validToDate.getTime();
  if (!socket.authorized) {
    return {
      certificate: { publicKeySha256: null, fault: faultOf(String(socket.authorizationError)) },
      lastMoment,
    };
  }
  const spki = peer.publicKey.export({ format: 'der', type: 'spki' });
  const publicKeySha256 = createHash('sha256').update(spki).digest('hex');
  return { certificate: { publicKeySha256, fault: null }, lastMoment };
}

/** In our words: what OpenSSL says is no rule. */
function faultOf(code: string): string {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return 'must not have expired';
    case 'CERT_NOT_YET_VALID':
      return 'must be valid already';
    case 'INVALID_PURPOSE':
      return 'must be for clients';
    default:
      return 'must come from an authority that is accepted here';
  }
}
