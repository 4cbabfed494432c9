import { type Problem, problems } from '@besure/service';

/** The answer while the ledger-writer, or its node, does not answer. */
export function ledgerAway(): Problem {
  return problems.unavailable(5, { detail: 'The ledger cannot be asked now.' });
}
