export {
  atFaultPoint,
  isMarked,
  mark,
  marksOf,
  type Fault,
  type FaultPoint,
  type FindFault,
} from './fault-point.js';
