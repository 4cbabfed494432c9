import type { Charter } from '@besure/governance';
import type { Primitives } from '@besure/protocol';
import { quorateCheckpoint } from '@besure/verification';
import { LogStoreError } from './error.js';

/**
 * Lets a published checkpoint in when the log and a quorum of the charter have signed it, and answers it without the lines that
 * do not count: the `accept` of who follows the log and believes nobody alone.
 *
 * @throws LogStoreError `checkpoint-not-accepted`, ProtocolError for what is no checkpoint
 */
export function acceptQuorate(note: string, charter: Charter, primitives: Primitives): string {
  const quorate = quorateCheckpoint(note, charter, primitives);
  if (quorate === null)
    throw new LogStoreError('checkpoint-not-accepted', 'no quorum of the charter has signed it, or not yet');
  return quorate.note;
}
