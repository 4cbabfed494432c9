import { type FindFault, isMarked, setFindFault } from './fault-point.js';

/**
 * From now on, `find` is asked at each fault point of this process, until the returned function is called. For tests alone: the linter keeps this
 * entry out of everything that goes into production.
 *
 * @throws Error where faults are installed already: two tests would spoil each other
 */
export function installFaults(find: FindFault): () => void {
  if (isMarked()) throw new Error('faults are installed already');
  setFindFault(find);
  return () => setFindFault(null);
}
