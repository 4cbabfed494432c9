import type { Charter } from '@besure/governance';
import { organisation } from '@besure/governance';
import { type Facts, claimsOf, mayState } from '@besure/protocol';
import type { EventProblem } from './event-problem.js';

/** What decides whether an event may be stated here at all. */
export interface StatingRules {
  readonly charter: Charter;
  /** The organisation whose intake this is. */
  readonly organisation: string;
  /** The exchange states nothing: its events are records to compare with, whoever they are about. */
  readonly role: 'organisation' | 'exchange';
  /** How far ahead of our clock a moment may lie. */
  readonly clockToleranceMillis: number;
  /** How old an event may be when it comes. */
  readonly maxAgeMillis: number;
}

/** Why these facts cannot be taken as something new, at that moment; null where they can. */
export function objectionTo(facts: Facts, rules: StatingRules, now: number): EventProblem | null {
  return objectionToParties(facts, rules) ?? objectionToTime(facts, rules, now);
}

function objectionToParties(facts: Facts, rules: StatingRules): EventProblem | null {
  for (const side of ['sender', 'recipient'] as const) {
    if (organisation(rules.charter, facts[side].organisation) === undefined) {
      return {
        code: 'organisation-unknown',
        field: `data.${side}.organisation`,
        rule: 'an organisation of the charter',
      };
    }
  }
  if (rules.role === 'exchange' || mayState(facts.event, rules.organisation, claimsOf(facts))) return null;
  return {
    code: 'not-ours-to-state',
    field: 'type',
    rule: `an event that ${rules.organisation} may state of this message, by the role table`,
  };
}

function objectionToTime(facts: Facts, rules: StatingRules, now: number): EventProblem | null {
  const time = Date.parse(facts.time);
  if (time > now + rules.clockToleranceMillis) {
    return {
      code: 'time-in-future',
      field: 'time',
      rule: `at most ${rules.clockToleranceMillis / 1000} s ahead of this clock`,
    };
  }
  if (time < now - rules.maxAgeMillis) {
    return { code: 'time-too-old', field: 'time', rule: `at most ${rules.maxAgeMillis / 1000} s ago` };
  }
  return null;
}
