import { setTimeout as pause } from 'node:timers/promises';
import { connectBus, inboxPrefixOf } from '@besure/messaging';
import type { Network } from '../network.js';
import { BusDoor, HttpDoor } from './doors.js';

/** A back office of an organisation: it speaks for one source, by two doors. */
export interface Office {
  readonly organisation: string;
  readonly source: string;
  /** May hand in events of this source. */
  readonly token: string;
  /** May only look. */
  readonly reader: string;
  readonly http: HttpDoor;
  readonly bus: BusDoor;
}

/** Back offices that are open. */
export interface OpenOffices {
  /** As many as were asked for. */
  readonly offices: readonly Office[];
  close(): Promise<void>;
}

const TOKENS_MILLIS = 30_000;
const LOOK_MILLIS = 100;

/**
 * Opens back offices of an organisation, each with a token of its own that its intake knows by then.
 *
 * @param answerMillis how long they wait for an answer
 */
export async function openOffices(
  network: Network,
  organisation: string,
  count: number,
  answerMillis?: number,
): Promise<OpenOffices> {
  const { http: intake } = network.services.find(
    (one) => one.organisation === organisation && one.name === 'intake',
  )!;
  const { url, credentialsFile, user } = network.backOfficeUser(organisation);
  const bus = connectBus({ url, credentialsFile, name: user, inboxPrefix: inboxPrefixOf(user) });
  const http = new HttpDoor(intake, answerMillis);
  const sources = Array.from(
    { length: count },
    (_, at) => `https://${organisation}.besure.invalid/load/${at}`,
  );
  const reader = network.addToken(organisation, { sources: ['*'], scopes: ['events:read'] });
  const offices = sources.map((source): Office => {
    const token = network.addToken(organisation, { sources: [source], scopes: ['events:write'] });
    return { organisation, source, token, reader, http, bus: new BusDoor(bus, answerMillis) };
  });
  await Promise.all(offices.map(({ token }) => untilKnown(intake, token)));
  await bus.waitForConnection(TOKENS_MILLIS);
  return {
    offices,
    async close() {
      http.close();
      await bus.close();
    },
  };
}

/** Services look at their tokens file about once a second. */
async function untilKnown(intake: string, token: string): Promise<void> {
  const until = Date.now() + TOKENS_MILLIS;
  for (;;) {
    const answer = await fetch(`${intake}/v1/events`, { headers: { authorization: `Bearer ${token}` } });
    await answer.body?.cancel();
    if (answer.status !== 401) return;
    if (Date.now() > until) throw new Error(`${intake} does not read its tokens again`);
    await pause(LOOK_MILLIS);
  }
}
