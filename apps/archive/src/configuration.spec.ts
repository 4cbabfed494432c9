import { ConfigurationError, readConfiguration } from '@besure/service';
import { describe, expect, it } from 'vitest';
import { archiveConfiguration } from './configuration.js';

const ENVIRONMENT = {
  BESURE_ORGANISATION: 'alpha',
  BESURE_ROLE: 'organisation',
  BESURE_DATABASE_URL: 'postgres://archive@localhost/alpha',
  BESURE_NATS_URL: 'nats://localhost:4222',
  BESURE_EXCHANGE_NATS_URL: 'tls://exchange.example:4222',
  BESURE_HUB_NATS_URLS: 'tls://hub-one.example,tls://hub-two.example',
  BESURE_HUB_LOG_URLS: 'https://hub-one.example,https://hub-two.example',
  BESURE_CHARTER_FILE: '/nonexistent/charter.json',
  BESURE_FACTS_KEY_FILE: '/nonexistent/facts.key',
  BESURE_TOKENS_FILE: '/nonexistent/tokens.json',
};

function faultOf(environment: Record<string, string>): string {
  try {
    readConfiguration(archiveConfiguration, environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.variable;
    throw error;
  }
  return 'none';
}

describe('archiveConfiguration', () => {
  it.each(Object.keys(ENVIRONMENT))('needs %s', (variable) => {
    const { [variable]: _left, ...rest } = ENVIRONMENT as Record<string, string>;
    expect(faultOf(rest)).toBe(variable);
  });

  it('needs no other bus at the exchange', () => {
    const { BESURE_EXCHANGE_NATS_URL: _left, ...rest } = ENVIRONMENT;
    expect(faultOf({ ...rest, BESURE_ROLE: 'exchange' })).toBe('BESURE_CHARTER_FILE');
  });

  it.each([
    ['BESURE_ROLE', 'hub'],
    ['BESURE_HUB_LOG_URLS', 'ftp://hub.example'],
    ['BESURE_NATS_URL', 'http://localhost'],
    ['BESURE_HUB_NATS_URLS', 'tls://hub-one.example'],
    ['BESURE_HUB_NATS_URLS', 'tls://one.example,tls://two.example,tls://three.example'],
  ])('refuses %s = %s', (variable, value) => {
    expect(faultOf({ ...ENVIRONMENT, [variable]: value })).toBe(variable);
  });
});
