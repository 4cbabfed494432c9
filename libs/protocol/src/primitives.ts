/** SHA-256 (FIPS 180-4) of some bytes: 32 bytes. */
export type Sha256 = (data: Uint8Array) => Uint8Array;

/**
 * The cryptography that the caller brings: `node:crypto` in Node, noble in a browser. All are synchronous
 * and answer, they do not throw: a key or signature of the wrong shape is `false`.
 */
export interface Primitives {
  /** SHA-256 (FIPS 180-4): 32 bytes. */
  readonly sha256: (data: Uint8Array) => Uint8Array;
  /** SHA3-512 (FIPS 202): 64 bytes. */
  readonly sha3_512: (data: Uint8Array) => Uint8Array;
  /**
   * ECDSA over P-256 with SHA-256 (FIPS 186-5). The key is the uncompressed point (65 bytes, 04||x||y), the
   * signature r||s (64 bytes). Both forms of s are accepted here: low-S is asked by this library, not by them.
   */
  readonly verifyP256: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
  /** Ed25519 (RFC 8032): key of 32 bytes, signature of 64. */
  readonly verifyEd25519: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
  /** ML-DSA-44 (FIPS 204), empty context: key of 1312 bytes, signature of 2420. */
  readonly verifyMlDsa44: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
}
