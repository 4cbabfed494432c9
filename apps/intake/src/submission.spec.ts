import type { Charter } from '@besure/governance';
import { createFactsVault } from '@besure/keys';
import { describe, expect, it } from 'vitest';
import { type CheckContext, type Submission, checkEvent, requestHashes } from './submission.js';

const vault = createFactsVault([new Uint8Array(32).fill(1)]);
const context: CheckContext = {
  rules: {
    charter: { organisations: [{ id: 'alpha' }, { id: 'beta' }] } as unknown as Charter,
    organisation: 'beta',
    role: 'organisation',
    clockToleranceMillis: 300_000,
    maxAgeMillis: 3_600_000,
  },
  vault,
  maySpeakFor: (source) => source !== '/not-mine',
  now: Date.parse('2026-11-22T10:00:00.000Z'),
};

function event(
  change: Record<string, unknown> = {},
  data: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    specversion: '1.0',
    id: 'event-1',
    source: '/back-office',
    type: 'be.besure.document.received.v1',
    time: '2026-11-22T09:59:00Z',
    data: {
      message: 'message-1',
      sender: { scheme: 'person', id: '1', organisation: 'alpha' },
      recipient: { scheme: 'person', id: '2', organisation: 'beta' },
      document: { mediaType: 'text/plain', size: 1, sha256: 'A'.repeat(43), sha3_512: 'A'.repeat(86) },
      ...data,
    },
    ...change,
  };
}

function submitted(value: unknown, vaultOf = vault): Submission {
  const checked = checkEvent({ value, fault: null }, { ...context, vault: vaultOf });
  if (!checked.ok) throw new Error(`refused: ${checked.problem.code}`);
  return checked.submission;
}

describe('checkEvent', () => {
  it('gives the facts and what a repeat is recognised by', () => {
    const { facts, candidate } = submitted(event());
    expect(facts).toMatchObject({ event: 'received', time: '2026-11-22T09:59:00.000Z', reason: null });
    expect(candidate.objection).toBeNull();
    expect(candidate.request).toEqual(requestHashes('/back-office', 'event-1', vault));
  });

  it('hashes the same content the same, in whatever order the members stand', () => {
    const { data, ...rest } = event();
    const turned = { data: Object.fromEntries(Object.entries(data as object).toReversed()), ...rest };
    expect(submitted(turned).candidate).toEqual(submitted(event()).candidate);
  });

  it('hashes another content differently under the same request', () => {
    const other = submitted(event({ time: '2026-11-22T09:58:00Z' })).candidate;
    const { candidate } = submitted(event());
    expect(other.request).toEqual(candidate.request);
    expect(other.content).not.toEqual(candidate.content);
    expect(other.subject).toEqual(candidate.subject);
    expect(other.facts).not.toEqual(candidate.facts);
  });

  it('takes the same facts under another id as the same facts', () => {
    const other = submitted(event({ id: 'event-2' })).candidate;
    const { candidate } = submitted(event());
    expect(other.request).not.toEqual(candidate.request);
    expect([other.subject, other.facts]).toEqual([candidate.subject, candidate.facts]);
  });

  it('does not count the time of a consultation', () => {
    const type = 'be.besure.document.consulted.v1';
    const first = submitted(event({ type })).candidate;
    const again = submitted(event({ type, id: 'event-2', time: '2026-11-22T09:59:30Z' })).candidate;
    expect(again.facts).toEqual(first.facts);
    const elsewhere = submitted(event({ type }, { document: { ...documentOf(), size: 2 } })).candidate;
    expect(elsewhere.facts).not.toEqual(first.facts);
  });

  it('tells corrections apart', () => {
    const corrected = submitted(event({}, { corrects: 'A'.repeat(43) })).candidate;
    expect(corrected.subject).not.toEqual(submitted(event()).candidate.subject);
  });

  it('hashes under every key of the zone, newest first', () => {
    const two = createFactsVault([new Uint8Array(32).fill(2), new Uint8Array(32).fill(1)]);
    const { candidate } = submitted(event(), two);
    expect(candidate.request).toHaveLength(2);
    expect(candidate.request[1]).toBe(submitted(event()).candidate.request[0]);
  });

  it.each([
    [event({ source: '/not-mine' }), 'source-not-allowed', 'source'],
    [event({ extra: 1 }), 'invalid', 'extra'],
    [event({}, { document: { ...documentOf(), sha256: 'A' } }), 'invalid', 'data.document.sha256'],
    [event({ type: 'be.besure.document.lost.v1' }), 'invalid', 'type'],
  ])('turns down %#', (value, code, field) => {
    expect(checkEvent({ value, fault: null }, context)).toMatchObject({
      ok: false,
      id: 'event-1',
      problem: { code, field },
    });
  });

  it.each([null, [], 'text', 1])('turns down %j without a field', (value) => {
    expect(checkEvent({ value, fault: null }, context)).toMatchObject({
      ok: false,
      id: null,
      source: null,
      problem: { code: 'invalid' },
    });
  });

  it('keeps an objection for the decision: a repeat is answered as the first time', () => {
    const checked = checkEvent({ value: event({ time: '2026-11-22T11:00:00Z' }), fault: null }, context);
    expect(checked).toMatchObject({
      ok: true,
      submission: { candidate: { objection: { code: 'time-in-future' } } },
    });
  });
});

function documentOf(): Record<string, unknown> {
  return (event()['data'] as { document: Record<string, unknown> }).document;
}
