import { ConfigurationError, readConfiguration } from '@besure/service';
import { describe, expect, it } from 'vitest';
import { intakeConfiguration } from './configuration.js';

const ENVIRONMENT = {
  BESURE_ORGANISATION: 'alpha',
  BESURE_ROLE: 'organisation',
  BESURE_DATABASE_URL: 'postgres://intake@localhost/alpha',
  BESURE_NATS_URL: 'nats://localhost:4222',
  BESURE_CHARTER_FILE: '/nonexistent/charter.json',
  BESURE_FACTS_KEY_FILE: '/nonexistent/facts.key',
  BESURE_HUB_LOG_URLS: 'http://localhost:8080',
  BESURE_TOKENS_FILE: '/nonexistent/tokens.json',
};

function faultOf(environment: Record<string, string>): string {
  try {
    readConfiguration(intakeConfiguration, environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.variable;
    throw error;
  }
  return 'none';
}

describe('intakeConfiguration', () => {
  it.each(Object.keys(ENVIRONMENT))('needs %s', (variable) => {
    const { [variable]: _left, ...rest } = ENVIRONMENT as Record<string, string>;
    expect(faultOf(rest)).toBe(variable);
  });

  it.each([
    ['BESURE_ROLE', 'hub'],
    ['BESURE_CLOCK_TOLERANCE', 'soon'],
    ['BESURE_MAX_EVENT_AGE', '-1'],
    ['BESURE_MAX_BACKLOG', '0'],
    ['BESURE_MAX_EVENTS_PER_SECOND', '0'],
    ['BESURE_MIN_FREE_BYTES', '1 GB'],
    ['BESURE_STREAM_BYTES', '1000000'],
    ['BESURE_DATABASE_URL', 'mysql://localhost/alpha'],
  ])('refuses %s = %s', (variable, value) => {
    expect(faultOf({ ...ENVIRONMENT, [variable]: value })).toBe(variable);
  });

  it('names the file that cannot be used', () => {
    expect(faultOf(ENVIRONMENT)).toBe('BESURE_CHARTER_FILE');
  });
});
