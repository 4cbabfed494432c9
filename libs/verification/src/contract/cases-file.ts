import { formatEvidence } from '@besure/protocol';
import { scene } from './case-tools.ts';
import type { EvidenceCase } from './cases.ts';

function rewritten(name: string, comment: string, change: (text: string) => string): EvidenceCase {
  return {
    name,
    comment,
    code: 'evidence-malformed',
    make: () => {
      const { evidence, network } = scene();
      const text = formatEvidence(evidence);
      const other = change(text);
      if (other === text) throw new Error(`${name} changes nothing`);
      return { evidence: other, trust: network.trust };
    },
  };
}

type Loose = Record<string, unknown>;
const layout = (value: unknown, indent = 2): string => `${JSON.stringify(value, null, indent)}\n`;
const edited = (change: (evidence: Loose) => unknown) => (text: string) =>
  layout(change(JSON.parse(text) as Loose));

/** The file itself: one text for one evidence. */
export const fileCases: readonly EvidenceCase[] = [
  rewritten('other-version', 'A version that this verifier does not know.', (text) =>
    text.replace('evidence-v1', 'evidence-v2'),
  ),
  rewritten(
    'surplus-member',
    'A member that nothing authenticates.',
    edited((evidence) => ({ ...evidence, note: 'trust me' })),
  ),
  rewritten(
    'hints',
    'Hints for a live node cannot be authenticated, so evidence has none.',
    edited((evidence) => ({ ...evidence, hints: {} })),
  ),
  rewritten(
    'surplus-member-of-recording',
    'A member of a recording that nothing authenticates.',
    edited((evidence) => ({
      ...evidence,
      recordings: (evidence['recordings'] as Loose[]).map((one) => ({ ...one, txid: '00' })),
    })),
  ),
  rewritten(
    'no-time-stamp-member',
    'The member for the time stamp is left out.',
    edited((evidence) => ({
      ...evidence,
      recordings: (evidence['recordings'] as Loose[]).map((one) => ({ ...one, timeStamp: undefined })),
    })),
  ),
  rewritten(
    'surplus-member-of-time-stamp',
    'A member of a time stamp that nothing authenticates.',
    edited((evidence) => ({
      ...evidence,
      recordings: (evidence['recordings'] as Loose[]).map((one) => ({
        ...one,
        timeStamp: { checkpoint: 'x', proof: [], token: 'AAAA', authority: 'Example time stamps' },
      })),
    })),
  ),
  rewritten(
    'other-order',
    'The members in another order.',
    edited(({ format, statement, recordings, countersignature }) => ({
      format,
      statement,
      recordings,
      countersignature,
    })),
  ),
  rewritten(
    'member-twice',
    'A member that stands twice: parsers take the last one, people read the first.',
    (text) => text.replace('  "countersignature":', '  "countersignature": null,\n  "countersignature":'),
  ),
  rewritten('other-layout', 'The same in four spaces.', (text) => layout(JSON.parse(text), 4)),
  rewritten('no-newline', 'Without the newline at its end.', (text) => text.slice(0, -1)),
  rewritten('bytes-after', 'Something after its end.', (text) => `${text}\n`),
  rewritten('byte-order-mark', 'A byte order mark at its start.', (text) => `\ufeff${text}`),
  rewritten('escaped-character', 'A character written as an escape.', (text) =>
    text.replace('\u2014', '\\u2014'),
  ),
  rewritten(
    'lone-surrogate',
    'Half a character, which no text in UTF-8 can hold, written as an escape.',
    (text) => text.replace('"by": "alpha"', '"by": "\\ud800"'),
  ),
  rewritten('number-with-exponent', 'A number in another form.', (text) =>
    text.replace('"slot": 1100', '"slot": 11e2'),
  ),
  rewritten('number-minus-zero', 'A height of minus zero.', (text) =>
    text.replace('"height": 4711', '"height": -0'),
  ),
  rewritten('number-too-large', 'A height that numbers cannot tell from its neighbour.', (text) =>
    text.replace('"height": 4711', '"height": 9007199254740992'),
  ),
  rewritten('number-as-text', 'A slot that is a text.', (text) =>
    text.replace('"slot": 1100', '"slot": "1100"'),
  ),
  rewritten(
    'no-recording',
    'No recording: nothing tells since when it exists.',
    edited((evidence) => ({ ...evidence, recordings: [] })),
  ),
  rewritten(
    'three-recordings',
    'Three recordings.',
    edited((evidence) => ({
      ...evidence,
      recordings: [1, 2, 3].map(() => (evidence['recordings'] as Loose[])[0]),
    })),
  ),
  rewritten(
    'no-countersignature-member',
    'The member for the countersignature is left out.',
    edited(({ format, statement, recordings }) => ({ format, statement, recordings })),
  ),
  rewritten('empty', 'An empty object.', () => '{}\n'),
  rewritten('not-json', 'No JSON.', (text) => text.slice(0, -3)),
  rewritten('prototype', 'A member named __proto__.', (text) =>
    text.replace('{\n', '{\n  "__proto__": null,\n'),
  ),
];
