import type { JsonValue, StoredEvent } from '@besure/event-store';
import { describe, expect, it } from 'vitest';
import { changesOfEvidence, changesOfEvents } from './state-changes.js';

const a = '00000000-0000-7000-8000-00000000000a';
const b = '00000000-0000-7000-8000-00000000000b';
const A = 'A'.repeat(43);
const B = `B${'A'.repeat(42)}`;

let position = 0;
function stored(type: string, recordedAt: string, entries: JsonValue): StoredEvent {
  position += 1;
  return {
    position,
    stream: `s-${position}`,
    version: 1,
    type,
    data: { entries },
    attachment: null,
    recordedAt,
  };
}

const NONE = {
  statement: null,
  preparedAt: null,
  countersignedAt: null,
  oneSidedAt: null,
  recordAt: null,
  discardedAt: null,
  disputed: false,
  why: null,
};

describe('changesOfEvents', () => {
  it('folds all events of a batch into one change per accepted event', () => {
    const changes = changesOfEvents([
      stored('StatementsPrepared', 't1', [
        { event: a, statement: A },
        { event: b, statement: B },
      ]),
      stored('StatementsCountersigned', 't2', [{ event: a, statement: A }]),
      stored('StatementsOneSided', 't3', [{ event: b, statement: B, disputed: true, why: 'disputed' }]),
      stored('StatementsCompletedLate', 't4', [{ event: b, statement: B }]),
    ]);
    expect(changes).toEqual([
      { ...NONE, event: a, statement: A, preparedAt: 't1', countersignedAt: 't2' },
      {
        ...NONE,
        event: b,
        statement: B,
        preparedAt: 't1',
        oneSidedAt: 't3',
        countersignedAt: 't4',
        disputed: true,
        why: 'disputed',
      },
    ]);
  });

  it('takes the first time of a state', () => {
    expect(
      changesOfEvents([
        stored('RecordsKept', 't1', [{ event: a }]),
        stored('RecordsKept', 't2', [{ event: a }]),
      ]),
    ).toEqual([{ ...NONE, event: a, recordAt: 't1' }]);
  });

  it('keeps the reason with which an event was discarded, whatever was said of it before or after', () => {
    expect(
      changesOfEvents([
        stored('StatementsOneSided', 't1', [{ event: a, statement: A, disputed: false, why: 'no-record' }]),
        stored('EventsDiscarded', 't2', [{ event: a, why: 'sent again' }]),
        stored('StatementsOneSided', 't3', [{ event: a, statement: A, disputed: false, why: 'no-answer' }]),
      ]),
    ).toEqual([{ ...NONE, event: a, statement: A, oneSidedAt: 't1', discardedAt: 't2', why: 'sent again' }]);
  });

  it("passes over what is not about an event of this intake, and over proof's own business", () => {
    expect(
      changesOfEvents([
        stored('StatementsCountersigned', 't1', [{ event: null, statement: A }]),
        stored('SlotSigned', 't2', []),
        stored('StatementsRecorded', 't3', [{ event: a, statement: A, index: 3 }]),
      ]),
    ).toEqual([]);
  });
});

describe('changesOfEvidence', () => {
  it('says of the complete that it is recorded', () => {
    expect(
      changesOfEvidence([
        stored('EvidenceReady', 't1', [
          { statement: A, state: 'recorded', recordedTime: 'r' },
          { statement: B, state: 'complete', recordedTime: 'r' },
        ]),
        stored('EvidenceReady', 't2', [{ statement: A, state: 'complete', recordedTime: 'r' }]),
        stored('CopiesTaken', 't3', []),
      ]),
    ).toEqual([
      { statement: A, recordedAt: 't1', completeAt: 't2' },
      { statement: B, recordedAt: 't1', completeAt: 't1' },
    ]);
  });
});
