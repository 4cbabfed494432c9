import type { MessagingError } from '@besure/messaging';
import { type Problem, problems } from '@besure/service';
import { refused } from './notes.js';

/** The answer before the log of rights was first read. */
export function notReplayed(): Problem {
  return problems.unavailable(5, { detail: 'The log of rights was not read yet.' });
}

/** The answer where the log of rights is not confirmed as far as what was asked for. */
export function notConfirmed(): Problem {
  return problems.unavailable(5, { detail: 'No quorum has signed the log with this proposal yet.' });
}

/** The answer of a hub that the board has not admitted yet, or has removed. */
function noHub(): Problem {
  return problems.unavailable(300, {
    detail: 'This is no hub of the charter now: hand it in at another one.',
  });
}

/** The answer to a member whose notes have used up what one member may have carried. */
export function tooMuch(): Problem {
  return problems.tooMany(3600, {
    detail: 'This hub has carried much for the member lately: later, or through another one.',
  });
}

/** The answer while the ledger-writer, or its node, does not answer. */
export function ledgerAway(): Problem {
  return problems.unavailable(5, { detail: 'The ledger cannot be asked now.' });
}

/** The answer where the ledger-writer did not take a note. */
export function notCarried({ refusal }: MessagingError): Problem {
  if (refusal === 'not-a-hub') return noHub();
  if (refusal === 'state') return refused('state', 'state', 'another decision has been made meanwhile');
  if (refusal === 'closed') return refused('closed', 'proposal', 'it has been decided meanwhile');
  return refusal === 'too-much' ? tooMuch() : ledgerAway();
}
