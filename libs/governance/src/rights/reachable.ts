import type { Charter } from '../charter.js';
import { groupsOf, operatorsOf } from '../quorum.js';
import { fault } from '../rule-fault.js';
import { standingHubs } from './hosting.js';

/** That the quorum can be reached by those who cosign from now on. Throws `rule`. */
export function assertReachable(charter: Charter): void {
  const { quorum, witnesses } = charter;
  const operators = operatorsOf(standingHubs(charter)).size;
  const groups = groupsOf(witnesses.filter(({ keys }) => keys.some(({ until }) => until === null))).size;
  if (quorum.hubs > operators)
    throw fault('quorum.hubs', `would ask for more than the ${operators} hub operators`);
  if (quorum.witnesses > groups)
    throw fault('quorum.witnesses', `would ask for more than the ${groups} groups of witnesses`);
}
