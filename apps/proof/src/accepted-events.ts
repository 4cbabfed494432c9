import type { StoredEvent } from '@besure/event-store';
import type { FactsVault } from '@besure/keys';
import {
  ProtocolError,
  type Claims,
  type Facts,
  type SealedBytes,
  claimsOf,
  parseEventsAccepted,
  parseSealedFacts,
  utf8Decode,
} from '@besure/protocol';

/** One accepted event, opened. `sealed` is what came in, as it came in. */
export interface AcceptedEvent {
  readonly event: string;
  readonly claims: Claims;
  readonly sealed: SealedBytes;
}

/**
 * Opens the facts of a message of intake. Entries whose facts were erased meanwhile are left out: there is nothing to state
 * about them any more.
 */
export function openAcceptedEvents(events: readonly StoredEvent[], vault: FactsVault): AcceptedEvent[] {
  return events
    .filter((event) => event.type === 'EventsAccepted')
    .flatMap((event) => {
      const entries = parseEventsAccepted(event.data);
      const facts = event.attachment === null ? [] : parseSealedFacts(event.attachment);
      if (event.attachment !== null && facts.length !== entries.length) {
        throw new ProtocolError('message', 'there are not as many facts as entries', {
          field: 'attachment',
        });
      }
      return entries.flatMap((entry, at): AcceptedEvent[] => {
        const sealed = facts[at];
        if (sealed === null || sealed === undefined) return [];
        return [{ event: entry.id, claims: claimsOf(openFacts(vault, sealed)), sealed }];
      });
    });
}

/** Opens facts that intake of this zone sealed after it had checked them. */
export function openFacts(vault: FactsVault, { ciphertext, key }: SealedBytes): Facts {
  return JSON.parse(utf8Decode(vault.open({ ciphertext, wrappedKey: key }))) as Facts;
}
