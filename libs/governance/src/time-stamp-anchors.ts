import { decodeBase64 } from '@besure/protocol';
import type { Charter, Period } from './charter.js';

/** An authority of time stamps as verifiers need it: the DER of its trust anchor, and when it counts, in POSIX seconds. */
export interface TimeStampAnchor extends Period {
  readonly certificate: Uint8Array;
}

/** The authorities of a charter, in its order. */
export function timeStampAnchorsOf({ timeStampAuthorities }: Charter): TimeStampAnchor[] {
  return timeStampAuthorities.map(({ certificate, from, until }) => ({
    certificate: decodeBase64(certificate),
    from,
    until,
  }));
}
