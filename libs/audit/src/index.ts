export {
  type Accusation,
  ACCUSATION_FORMAT,
  type Exhibit,
  type ExhibitEntry,
  formatAccusation,
} from './accusation.js';
export { type Accused, audit, auditUnder, type Judgement } from './audit.js';
export { AUDIT_CODES, type AuditCode, type Lie, LIES } from './codes.js';
export { isDueBetween, isTooEarly } from './contradiction.js';
