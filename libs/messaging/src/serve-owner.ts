import { setTimeout as pause } from 'node:timers/promises';
import type { Msg, NatsConnection } from 'nats';
import type { EventOwner } from '@besure/event-store';
import { batchToJson } from './batch-codec.js';
import type { Bus } from './bus.js';
import { MessagingError } from './error.js';
import type { PipeNames } from './pipe-names.js';
import { decodeJson, encodeJson, isObject } from './request.js';

const FLUSH_MILLIS = 1000;
/** Each answer may be most of a megabyte from PostgreSQL; consumers ask again. */
const MOST_REPLAYS = 4;

function positionIn(data: Uint8Array, name: string): number {
  const value = decodeJson(data);
  const position = isObject(value) ? value[name] : undefined;
  if (typeof position !== 'number' || !Number.isSafeInteger(position) || position < 0) {
    throw new MessagingError('malformed', `not a position in ${name}`);
  }
  return position;
}

/** Carries consumers' questions to the owner of events until the returned function is called. */
export function serveOwner(
  bus: Bus,
  names: PipeNames,
  owner: EventOwner,
  onFailure: (error: unknown) => void,
): () => Promise<void> {
  const underWay = new Set<Promise<void>>();

  const replay = async (message: Msg): Promise<void> => {
    try {
      const batch = await owner.replay(positionIn(message.data, 'after'));
      message.respond(encodeJson({ ok: true, batch: batchToJson(batch) }));
    } catch (error) {
      onFailure(error);
      message.respond(encodeJson({ ok: false, code: 'replay-failed' }));
    }
  };

  const committed = async (message: Msg): Promise<void> => {
    try {
      const consumer = message.subject.slice(names.committed.length + 1);
      await owner.committed(consumer, positionIn(message.data, 'position'));
    } catch (error) {
      onFailure(error);
    }
  };

  const track = (work: Promise<void>): void => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  };

  const setUp = (connection: NatsConnection): (() => void) => {
    const subscriptions = [
      connection.subscribe(names.replay, {
        queue: 'owner',
        callback: (error, message) => {
          if (error !== null) onFailure(error);
          else if (underWay.size >= MOST_REPLAYS) message.respond(encodeJson({ ok: false, code: 'busy' }));
          else track(replay(message));
        },
      }),
      // No queue group: what one instance of the owner hears, all may.
      connection.subscribe(`${names.committed}.*`, {
        callback: (error, message) => {
          if (error !== null) onFailure(error);
          else void committed(message);
        },
      }),
    ];
    return () => {
      for (const subscription of subscriptions) subscription.unsubscribe();
    };
  };

  const end = bus.onConnection(setUp);
  return async () => {
    await end();
    // Who asks from now on is to hear at once that nobody answers: the server has to know it before this ends.
    await Promise.race([
      bus.connection?.flush().catch(() => undefined),
      pause(FLUSH_MILLIS, undefined, { ref: false }),
    ]);
    await Promise.all(underWay);
  };
}
