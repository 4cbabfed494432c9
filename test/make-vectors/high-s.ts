import { p256 } from '@noble/curves/nist.js';

/** The twin of an ES256 signature: (r, n - s) instead of (r, s). */
export function highS(compact: Uint8Array): Uint8Array {
  const { r, s } = p256.Signature.fromBytes(compact);
  return new p256.Signature(r, p256.Point.Fn.ORDER - s).toBytes('compact');
}
