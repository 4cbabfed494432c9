import { KeyError } from '@besure/keys';

/**
 * What became of reading something sealed. `damaged` is final. With `key-missing` nothing is wrong but a key file: another instance may be able to
 * read it, and so may this one after its next start. It is neither erased nor damaged, and waits.
 */
export type Opening<T> = { readonly opened: T } | Unopened;

/** Why something sealed cannot be read. */
export type Unopened = 'damaged' | 'key-missing';

/** Reads something sealed where the others of its group must not wait for it. */
export function tryToOpen<T>(read: () => T): Opening<T> {
  try {
    return { opened: read() };
  } catch (error) {
    return error instanceof KeyError && error.retryable ? 'key-missing' : 'damaged';
  }
}

/** How long something sealed waits until it is looked at again with the keys that there are then. */
export const KEY_PATIENCE_MILLIS = 30_000;
