import { SUBJECTS } from '@besure/protocol';
import type { FaultKind, IsAt } from './fault-board.js';
import { effect } from './step.js';

/** What goes wrong while a network begins: it happens once, and never again while all goes well. */
export interface FirstCase {
  readonly name: string;
  readonly isAt: IsAt;
  readonly kind: FaultKind;
}

export const FIRST_CASES: readonly FirstCase[] = [
  firstAsking('alpha', 'before', 'the question is lost'),
  firstAsking('beta', 'after', 'the answer is lost'),
  firstAsking('exchange', 'twice', 'the question comes twice'),
];

function firstAsking(member: string, kind: FaultKind, what: string): FirstCase {
  return {
    name: `asking what can be spent (${member}-proof): ${what}`,
    isAt: effect('request', SUBJECTS.outputs(member), `${member}-proof`),
    kind,
  };
}
