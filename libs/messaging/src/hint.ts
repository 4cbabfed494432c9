import type { Bus } from './bus.js';
import { encodeJson, type Json } from './request.js';

/**
 * Says that there is more to see. Goes out at once or not at all: whoever hears it only looks earlier than it would have
 * looked anyway. Never throws.
 */
export function publishHint(bus: Bus, subject: string, payload: Json): void {
  try {
    bus.connection?.publish(subject, encodeJson(payload));
  } catch {
    // The connection is closing: the next poll of who would have heard finds it.
  }
}

/**
 * Calls `listener` for each hint on a subject, on this connection and all later ones, until the returned function is
 * called. What the hint says is not passed on: it is not to be believed, only to be looked at earlier.
 */
export function onHint(bus: Bus, subject: string, listener: () => void): () => void {
  const end = bus.onConnection((connection) => {
    const subscription = connection.subscribe(subject, {
      callback: (error) => {
        if (error === null) listener();
      },
    });
    return () => {
      subscription.unsubscribe();
    };
  });
  return () => void end();
}
