import { parsePublishedTimeStamps, type PublishedTimeStamp } from '@besure/protocol';
import { MAX_TOKEN_LENGTH } from '@besure/time-stamp';

/**
 * Where an archive finds the tokens of a hub. Nothing that comes from it is trusted: tokens are verified over the archive's own
 * checkpoints. No retries inside.
 */
export interface TimeStampSource {
  /** Names the source in messages. */
  readonly name: string;
  /** Which checkpoints above a size have a token, the smallest first; not all of them where there are many. */
  list(after: number): Promise<readonly PublishedTimeStamp[]>;
  /** The token over the checkpoint of a size. */
  token(size: number): Promise<Uint8Array>;
}

const MOST_LIST_BYTES = 200_000;
const DEADLINE_MILLIS = 10_000;

/** The tokens of a hub over HTTP; `url` is what stands before `/time-stamps`. */
export function httpTimeStamps(url: string, stop: AbortSignal): TimeStampSource {
  const get = async (path: string, mostBytes: number): Promise<Uint8Array> => {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(DEADLINE_MILLIS)]);
    const response = await fetch(`${url}/${path}`, { signal, redirect: 'error' });
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      length += part.length;
      if (length > mostBytes) throw new Error(`${url}/${path} sends more than ${mostBytes} bytes`);
      parts.push(part);
    }
    if (response.status !== 200) throw new Error(`${url}/${path} answers ${response.status}`);
    return new Uint8Array(Buffer.concat(parts));
  };
  return {
    name: url,
    async list(after) {
      const bytes = await get(`time-stamps?after=${after}`, MOST_LIST_BYTES);
      return parsePublishedTimeStamps(JSON.parse(new TextDecoder().decode(bytes))).timeStamps;
    },
    token: (size) => get(`time-stamp/${size}`, MAX_TOKEN_LENGTH),
  };
}
