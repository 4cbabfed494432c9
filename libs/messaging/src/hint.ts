import type { Bus } from './bus.js';
import { decodeJson, encodeJson, type Json } from './request.js';

/** Publishes something that may be lost and that nobody answers ("there is more"); without a connection nothing happens. */
export function publishHint(bus: Bus, subject: string, payload: Json): void {
  try {
    bus.connection?.publish(subject, encodeJson(payload));
  } catch {
    // The connection has just closed, and hints may be lost.
  }
}

/** Hears hints on this and every later connection until the returned function is called. What is not JSON is passed over. */
export function onHint(bus: Bus, subject: string, hear: (payload: unknown) => void): () => void {
  return bus.onConnection((connection) => {
    const subscription = connection.subscribe(subject, {
      callback: (error, message) => {
        if (error !== null) return;
        let payload: unknown;
        try {
          payload = decodeJson(message.data);
        } catch {
          return;
        }
        hear(payload);
      },
    });
    return () => {
      subscription.unsubscribe();
    };
  });
}
