/**
 * The bytes of a text in Latin-1, for digests: up to 64 bytes stand in the JavaScript heap itself. A digest as a Buffer is memory beside it, for each
 * one allocated, registered, freed, and counted towards the next full collection: 1.8 µs of processor time instead of 0.6.
 */
export function smallBytes(latin1: string): Uint8Array {
  const bytes = new Uint8Array(latin1.length);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = latin1.charCodeAt(i);
  return bytes;
}
