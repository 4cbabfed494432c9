const HASH_LENGTH = 32;

/** The hashes of a path that is kept as one run of bytes. */
export function splitPath(path: Uint8Array): Uint8Array[] {
  return Array.from({ length: path.length / HASH_LENGTH }, (_, at) =>
    path.subarray(at * HASH_LENGTH, (at + 1) * HASH_LENGTH),
  );
}
