import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Organisation } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { splitSdJwt, type StatementToCountersign } from '@besure/protocol';
import { describe, expect, it } from 'vitest';
import { checkStatement } from './check-statement.js';

interface Vector {
  readonly sdJwt: string;
  readonly publicKey: string;
}

function vector(name: string): Vector {
  const path = join(import.meta.dirname, '../../../vectors/statement', `${name}.json`);
  return JSON.parse(readFileSync(path, 'utf8')) as Vector;
}

function member(id: string, key: string): Organisation {
  const signingKeys = [{ key, from: 0, until: null, compromisedFrom: null }];
  return {
    id,
    name: id,
    role: 'organisation',
    from: 0,
    until: null,
    signingKeys,
    ledgerKeys: [],
    seats: [],
    suspensions: [],
  };
}

const sent = vector('valid/sent');
const alpha = member('alpha', sent.publicKey);
const IAT = 1_795_341_210;

const minutes = { base: 1, startMillis: 0, lengthMillis: 60_000 };
const tenSeconds = { ...minutes, lengthMillis: 10_000 };

function check(input: StatementToCountersign, by = alpha, latest = IAT, slots = tenSeconds): unknown {
  return checkStatement(input, by, { primitives: nodePrimitives, charter: { slots } }, latest);
}

const refusal = (code: string) => expect.objectContaining({ name: 'StatementRefusedError', code }) as Error;

describe('what the exchange checks of a statement alone', () => {
  const input = splitSdJwt(sent.sdJwt);

  it('gives the claims of a right one', () => {
    expect(check(input)).toMatchObject({ claims: { sender_org: 'alpha', recipient_org: 'beta' } });
  });

  it('attack: the organisation of the sender states that the document was received', () => {
    const received = splitSdJwt(vector('invalid/role-sender-states-received').sdJwt);
    expect(() => check(received)).toThrow(refusal('not-allowed-to-state'));
  });

  it('attack: an organisation has the statement of another countersigned', () => {
    expect(() => check(input, member('beta', sent.publicKey))).toThrow(refusal('not-the-issuer'));
  });

  it('attack: it is signed with a key, and holds a certificate, that the charter does not have', () => {
    const other = vector('valid/received').publicKey;
    expect(() => check(input, member('alpha', other))).toThrow(refusal('key-unknown'));
  });

  it('attack: a claim stays hidden, or is opened as something else', () => {
    const others = splitSdJwt(vector('valid/correction').sdJwt).disclosures;
    expect(() => check({ ...input, disclosures: input.disclosures.slice(0, 9) })).toThrow(
      refusal('openings-missing'),
    );
    expect(() => check({ ...input, disclosures: others })).toThrow(refusal('openings-do-not-match'));
  });

  it('attack: it is dated ahead, where it could not be recorded for as long', () => {
    expect(() => check(input, alpha, IAT - 1)).toThrow(refusal('signed-ahead'));
  });

  it('attack: it bears a finer time than a slot’s, and no verifier would take it', () => {
    expect(() => check(input, alpha, IAT, minutes)).toThrow(refusal('signing-time-invalid'));
  });
});
