import { type Certificate, parseCertificate } from './certificate.js';
import { TimeStampError } from './error.js';

/** An authority whose word is taken, and when. */
export interface TimeStampAuthority {
  /** The DER of its trust anchor: its root, an issuing authority, or the signer itself. */
  readonly certificate: Uint8Array;
  /** Seconds since 1970, [from, until). */
  readonly from: number;
  readonly until: number | null;
}

/** A certificate, or `undefined` for what is none that can be read here. */
export function readableCertificate(bytes: Uint8Array): Certificate | undefined {
  try {
    return parseCertificate(bytes);
  } catch (cause) {
    if (cause instanceof TimeStampError) return undefined;
    throw cause;
  }
}
