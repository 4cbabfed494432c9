import { type Problem, problems } from '@besure/service';

/** The answer before the log of rights was first read. */
export function notReplayed(): Problem {
  return problems.unavailable(5, { detail: 'The log of rights was not read yet.' });
}

/** The answer while the ledger-writer, or its node, does not answer. */
export function ledgerAway(): Problem {
  return problems.unavailable(5, { detail: 'The ledger cannot be asked now.' });
}
