import { describe, expect, it } from 'vitest';
import {
  MAX_CHECKPOINTS,
  parseCosignAnswer,
  parseCosignRequest,
  parsePendingCheckpoints,
} from './cosign-messages.js';
import { SUBJECTS } from './subjects.js';

const refusal = (field: string) => expect.objectContaining({ code: 'message', field }) as Error;

describe('messages about cosigned checkpoints', () => {
  it('are read', () => {
    expect(SUBJECTS.cosign('alpha')).toBe('besure.hub.cosign.v1.alpha');
    expect(parseCosignRequest({ checkpoints: ['note'] })).toEqual(['note']);
    expect(parseCosignAnswer({ ok: true, merged: 3 })).toBe(3);
    const pending = { checkpoints: ['a', 'b'], contradictions: ['c'] };
    expect(parsePendingCheckpoints(pending)).toEqual(pending);
  });

  it('hold no more than a bounded number of bounded notes', () => {
    const many = Array.from({ length: MAX_CHECKPOINTS + 1 }, () => 'note');
    expect(() => parseCosignRequest({ checkpoints: many })).toThrow(refusal('checkpoints'));
    expect(() => parseCosignRequest({ checkpoints: ['x'.repeat(1_000_001)] })).toThrow(
      refusal('checkpoints.0'),
    );
    expect(() => parseCosignRequest({ checkpoints: [], more: 1 })).toThrow(refusal('request.more'));
    expect(() => parseCosignAnswer({ merged: -1 })).toThrow(refusal('merged'));
    expect(() => parsePendingCheckpoints({ checkpoints: [] })).toThrow(refusal('pending.contradictions'));
    expect(() => parsePendingCheckpoints({ checkpoints: [1], contradictions: [] })).toThrow(
      refusal('checkpoints.0'),
    );
  });
});
