import { CLAIM_NAMES, type ClaimName, encodeBase64url } from '@besure/protocol';
import { testBytes } from '../../libs/protocol/test/material.ts';
import { disclosures, disclosureText, rawJws } from './raw-statement.ts';
import { CLAIMS, type ExpectedError, type Fault } from './vector.ts';
import { withText } from './wrong-claim.ts';

const claim = (field: string): ExpectedError => ({ code: 'claim', field });
/** Characters that make an identifier look unlike it is. */
const DECEPTIVE = [
  ['grapheme-joiner', 'A combining grapheme joiner (U+034F): it is not shown.', '\u034f'],
  ['hangul-filler', 'A filler of Hangul (U+3164): it is blank, and counts as a letter.', '\u3164'],
  ['hangul-filler-initial', 'A filler of Hangul (U+115F).', '\u115f'],
  ['hangul-filler-medial', 'A filler of Hangul (U+1160).', '\u1160'],
  ['hangul-filler-narrow', 'A filler of Hangul in half width (U+FFA0).', '\uffa0'],
  ['ogham-space', 'A space of Ogham (U+1680).', '\u1680'],
  ['braille-blank', 'The blank of Braille (U+2800).', '\u2800'],
  ['no-break-space', 'A no-break space (U+00A0).', '\u00a0'],
  ['zero-width-joiner', 'A zero width joiner (U+200D).', '\u200d'],
  ['variation-selector', 'A variation selector (U+FE0F).', '\ufe0f'],
  ['replacement-character', 'What stands for a character that was lost (U+FFFD).', '\ufffd'],
  ['musical-control', 'A control of musical notation (U+1D173), outside the basic plane.', '\u{1d173}'],
  ['tag', 'A tag (U+E0041), outside the basic plane: a text within the text.', '\u{e0041}'],
  ['plane-14-end', 'The last of the ignorable characters (U+E0FFF).', '\u{e0fff}'],
  ['khmer-vowel', 'A vowel of Khmer that is not shown (U+17B4).', '\u17b4'],
  ['mongolian-selector', 'A variation selector of Mongolian (U+180B).', '\u180b'],
  ['shorthand-control', 'A control of shorthand (U+1BCA0), outside the basic plane.', '\u{1bca0}'],
] as const;

/** Claims that break the rule of their kind, in statements that were really signed over them. */
export const CLAIM_FAULTS: readonly Fault[] = [
  ...withText(
    'claim-event',
    'An event that the role table does not have.',
    claim('event'),
    'event',
    disclosureText('event', '"http://uri.etsi.org/19522/Event/Sending"'),
  ),
  ...withText('claim-event-null', 'No event.', claim('event'), 'event', disclosureText('event', 'null')),
  ...withText(
    'claim-reason-unexpected',
    'A reason beside an event that is not negative.',
    claim('reason'),
    'reason',
    disclosureText('reason', '"urn:reason:1"'),
  ),
  ...withText(
    'claim-reason-missing',
    'A negative event without its reason.',
    claim('reason'),
    'event',
    disclosureText('event', '"http://uri.etsi.org/19522/Event/SubmissionRejection"'),
  ),
  ...withReason('claim-reason-513', 'A URI of 513 characters.', `urn:${'a'.repeat(509)}`),
  ...withReason('claim-reason-newline', 'A newline after a URI.', 'urn:reason:1\n'),
  ...withReason('claim-reason-relative', 'A reason that is no absolute URI.', '/reason/1'),
  ...withText(
    'claim-time-offset',
    'A time with an offset.',
    claim('time'),
    'time',
    disclosureText('time', '"2026-11-22T10:53:30.123+01:00"'),
  ),
  ...withText(
    'claim-time-seconds',
    'A time without milliseconds.',
    claim('time'),
    'time',
    disclosureText('time', '"2026-11-22T09:53:30Z"'),
  ),
  ...withText(
    'claim-time-february',
    '30 February.',
    claim('time'),
    'time',
    disclosureText('time', '"2026-02-30T09:53:30.123Z"'),
  ),
  ...withText(
    'claim-message-control',
    'A control character.',
    claim('message'),
    'message',
    disclosureText('message', '"a\\u0000b"'),
  ),
  ...withText(
    'claim-message-surrogate',
    'A lone surrogate.',
    claim('message'),
    'message',
    disclosureText('message', '"\\ud800"'),
  ),
  ...withText(
    'claim-message-direction',
    'A direction override: it reads unlike it is.',
    claim('message'),
    'message',
    disclosureText('message', '"abc\u202edef"'),
  ),
  ...withText(
    'claim-message-long',
    '257 characters.',
    claim('message'),
    'message',
    disclosureText('message', `"${'a'.repeat(257)}"`),
  ),
  ...DECEPTIVE.flatMap(([name, comment, character]) =>
    withText(
      `claim-message-${name}`,
      comment,
      claim('message'),
      'message',
      disclosureText('message', `"a${character}b"`),
    ),
  ),
  ...withText(
    'claim-message-empty',
    'No characters.',
    claim('message'),
    'message',
    disclosureText('message', '""'),
  ),
  ...withText(
    'claim-message-space-before',
    'A space at the beginning.',
    claim('message'),
    'message',
    disclosureText('message', '" a"'),
  ),
  ...withText(
    'claim-message-space-after',
    'A space at the end.',
    claim('message'),
    'message',
    disclosureText('message', '"a "'),
  ),
  ...withText(
    'claim-message-long-wide',
    '129 characters outside the basic plane: 258 UTF-16 code units.',
    claim('message'),
    'message',
    disclosureText('message', `"${'𝄞'.repeat(129)}"`),
  ),
  ...withText(
    'claim-scheme-quote',
    'A quotation mark in a scheme.',
    claim('sender.scheme'),
    'sender',
    disclosureText('sender', '{"scheme":"a\\"b","id":"1"}'),
  ),
  ...withText(
    'claim-identity-id',
    'An identifier that ends in a space.',
    claim('sender.id'),
    'sender',
    disclosureText('sender', '{"scheme":"cbe","id":"1 "}'),
  ),
  ...withText(
    'claim-organisation-hyphen',
    'A hyphen at the end of an organisation id.',
    claim('recipient_org'),
    'recipient_org',
    disclosureText('recipient_org', '"beta-"'),
  ),
  ...withText(
    'claim-size-too-large',
    'A size of 2^53.',
    claim('document.size'),
    'document',
    disclosureText('document', JSON.stringify({ ...CLAIMS.document, size: 2 ** 53 })),
  ),
  ...withText(
    'claim-size-negative',
    'A size below zero.',
    claim('document.size'),
    'document',
    disclosureText('document', JSON.stringify({ ...CLAIMS.document, size: -1 })),
  ),
  ...withText(
    'claim-sha3-512',
    'A digest of 63 bytes.',
    claim('document.sha3_512'),
    'document',
    disclosureText(
      'document',
      JSON.stringify({ ...CLAIMS.document, sha3_512: encodeBase64url(testBytes('d', 63)) }),
    ),
  ),
  ...withText(
    'claim-media-type-long',
    'A media type of 256 characters.',
    claim('document.mediaType'),
    'document',
    disclosureText('document', JSON.stringify({ ...CLAIMS.document, mediaType: `a/b;c=${'d'.repeat(250)}` })),
  ),
  ...withText(
    'claim-time-before-1970',
    'A moment before 1970.',
    claim('time'),
    'time',
    disclosureText('time', '"1969-12-31T23:59:59.999Z"'),
  ),
  ...withText(
    'claim-time-leap-second',
    'A leap second.',
    claim('time'),
    'time',
    disclosureText('time', '"2016-12-31T23:59:60.000Z"'),
  ),
  ...withText(
    'claim-time-hour',
    'The hour 24.',
    claim('time'),
    'time',
    disclosureText('time', '"2026-11-22T24:00:00.000Z"'),
  ),
  ...withText(
    'claim-organisation',
    'Capitals in an organisation id.',
    claim('sender_org'),
    'sender_org',
    disclosureText('sender_org', '"Alpha"'),
  ),
  ...withText(
    'claim-identity-member',
    'A member too many in an identity.',
    claim('recipient'),
    'recipient',
    disclosureText('recipient', '{"scheme":"a","id":"b","name":"c"}'),
  ),
  ...withText(
    'claim-identity-text',
    'An identity that is no object.',
    claim('recipient'),
    'recipient',
    disclosureText('recipient', '"b"'),
  ),
  ...withText(
    'claim-size',
    'A size with a fraction.',
    claim('document.size'),
    'document',
    disclosureText('document', JSON.stringify({ ...CLAIMS.document, size: 1.5 })),
  ),
  ...withText(
    'claim-digest',
    'A digest of 31 bytes.',
    claim('document.sha256'),
    'document',
    disclosureText(
      'document',
      JSON.stringify({ ...CLAIMS.document, sha256: encodeBase64url(testBytes('d', 31)) }),
    ),
  ),
  ...withText(
    'claim-media-type',
    'A media type in capitals.',
    claim('document.mediaType'),
    'document',
    disclosureText('document', JSON.stringify({ ...CLAIMS.document, mediaType: 'Application/PDF' })),
  ),
  ...withText(
    'claim-corrects',
    'An identity of another length.',
    claim('corrects'),
    'corrects',
    disclosureText('corrects', '"abc"'),
  ),
];

/** A negative event, with a reason that is no reason. */
function withReason(name: string, comment: string, reason: string): Fault[] {
  const shown = disclosures({
    event: disclosureText('event', '"http://uri.etsi.org/19522/Event/RelayFailure"'),
    reason: disclosureText('reason', JSON.stringify(reason)),
  });
  return [[name, comment, claim('reason'), rawJws({ disclosures: shown }), shown]];
}

/** Statements of someone who may not state that event, in every other way right. The issuer is alpha. */
export const ROLE_FAULTS: readonly Fault[] = [
  role(
    'role-sender-states-received',
    'Attack: the organisation of the sender states that the document was received.',
    { event: 'ContentHandover' },
  ),
  role('role-recipient-states-sent', 'The organisation of the recipient states that it was sent.', {
    sender_org: 'beta',
    recipient_org: 'alpha',
  }),
  role('role-stranger', 'An organisation that represents neither side.', {
    sender_org: 'beta',
    recipient_org: 'gamma',
  }),
  role(
    'role-claims-hidden',
    'The same with the fewest claims that tell it: the event and the organisation of the side that may state it.',
    { event: 'ContentHandover' },
    ['event', 'recipient_org'],
  ),
];

function role(
  name: string,
  comment: string,
  {
    event,
    ...others
  }: { readonly event?: string; readonly sender_org?: string; readonly recipient_org?: string },
  show: readonly ClaimName[] = CLAIM_NAMES,
): Fault {
  const uri = event === undefined ? CLAIMS.event : `http://uri.etsi.org/19522/Event/${event}`;
  const claims = { ...CLAIMS, ...others, event: uri };
  const all = disclosures({
    event: disclosureText('event', JSON.stringify(claims.event)),
    sender_org: disclosureText('sender_org', JSON.stringify(claims.sender_org)),
    recipient_org: disclosureText('recipient_org', JSON.stringify(claims.recipient_org)),
  });
  const shown = all.filter((_, i) => show.includes(CLAIM_NAMES[i]!));
  return [name, comment, { code: 'role', field: 'event' }, rawJws({ disclosures: all }), shown];
}
