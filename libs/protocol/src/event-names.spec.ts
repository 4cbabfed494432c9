import { describe, expect, it } from 'vitest';
import {
  cloudEventType,
  eventByShortName,
  eventByUri,
  EVENTS,
  GENERAL_EVENT_TYPE,
  mayState,
} from './event-names.js';

const PARTIES = { sender_org: 'alpha', recipient_org: 'beta' };

describe('the role table', () => {
  it('holds every event once', () => {
    expect(new Set(EVENTS.map((event) => event.shortName)).size).toBe(EVENTS.length);
    expect(new Set(EVENTS.map((event) => event.uri)).size).toBe(EVENTS.length);
  });

  it('has the nine short names of the first version, each with its event of the standard', () => {
    const table = EVENTS.filter((event) => event.ownType).map(({ shortName, uri, statedBy }) => [
      shortName,
      uri.replace('http://uri.etsi.org/19522/Event/', ''),
      statedBy,
    ]);
    expect(table).toEqual([
      ['sent', 'SubmissionAcceptance', 'sender'],
      ['rejected', 'SubmissionRejection', 'sender'],
      ['made-available', 'ContentConsignment', 'recipient'],
      ['not-made-available', 'ContentConsignmentFailure', 'recipient'],
      ['consulted', 'ContentAccessTracking', 'recipient'],
      ['received', 'ContentHandover', 'recipient'],
      ['failed', 'ContentHandoverFailure', 'recipient'],
      ['refused', 'ConsignmentRejection', 'recipient'],
      ['expired', 'AcceptanceRejectionExpiry', 'recipient'],
    ]);
  });

  it('asks for a reason only where something went wrong', () => {
    expect(EVENTS.filter((event) => event.needsReason && !event.negative)).toEqual([]);
    expect(
      EVENTS.filter((event) => event.negative && !event.needsReason).map((event) => event.shortName),
    ).toEqual(['expired']);
  });

  it('finds events by either name', () => {
    for (const event of EVENTS) {
      expect(eventByShortName(event.shortName)).toBe(event);
      expect(eventByUri(event.uri)).toBe(event);
    }
    expect(eventByShortName('lost')).toBeUndefined();
    expect(eventByUri('sent')).toBeUndefined();
  });

  it('gives the type of CloudEvents', () => {
    expect(cloudEventType('made-available')).toBe('be.besure.document.made-available.v1');
    expect(cloudEventType('relay-failure')).toBe(GENERAL_EVENT_TYPE);
  });
});

describe('mayState', () => {
  it.each(EVENTS)('$shortName by the $statedBy alone', ({ shortName, uri, statedBy }) => {
    const [may, mayNot] = statedBy === 'sender' ? ['alpha', 'beta'] : ['beta', 'alpha'];
    for (const event of [shortName, uri]) {
      expect(mayState(event, may, PARTIES)).toBe(true);
      expect(mayState(event, mayNot, PARTIES)).toBe(false);
      expect(mayState(event, 'exchange', PARTIES)).toBe(false);
    }
  });

  it('nobody what the table does not have', () => {
    expect(mayState('lost', 'alpha', PARTIES)).toBe(false);
  });
});
