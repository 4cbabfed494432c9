import { ServerError } from '@besure/testing';
import { startTimeStampServer } from '@besure/testing/time-stamp';

/** A time-stamp authority for a network on this machine. */
export interface TimeStamps {
  readonly url: string;
  /** The DER of its trust anchor, for the charter. */
  readonly root: Uint8Array;
  /** The least time between two tokens. */
  readonly everySeconds: number;
}

/** An authority that runs in this process. */
export interface OwnAuthority extends TimeStamps {
  stop(): Promise<void>;
}

/**
 * Starts an authority around OpenSSL, with its keys in a folder. It stands for one outside the circle, and is none: who runs the network runs it.
 * Null where there is no OpenSSL: a network does without.
 */
export async function startOwnAuthority(folder: string, everySeconds: number): Promise<OwnAuthority | null> {
  try {
    const server = await startTimeStampServer({ folder });
    return { url: server.url, root: server.root, everySeconds, stop: () => server.stop() };
  } catch (error) {
    if (error instanceof ServerError && error.code === 'program-missing') return null;
    throw error;
  }
}
