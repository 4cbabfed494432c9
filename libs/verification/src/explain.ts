import { type ClaimName, eventByUri, type ShortName } from '@besure/protocol';
import { VERDICT_CODES, type VerdictCode } from './codes.js';
import type { Parties, Verdict } from './verdict.js';

/**
 * What a verdict means, for someone who has to rely on it and does not know how it came about: a judge, a clerk. English,
 * plain text, lines of any length.
 */
export function explain(verdict: Verdict): string {
  const sections =
    verdict.result === 'bad'
      ? [badHeading(verdict)]
      : [
          heading(verdict),
          ...(verdict.result === 'unacceptable' ? [reservation(verdict)] : []),
          ...facts(verdict),
        ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function badHeading({ message, code, checks }: Verdict): string[] {
  const failed = checks.find(({ ok }) => !ok);
  const where = failed === undefined ? '' : `, check ${failed.name}`;
  return [
    'THIS FILE PROVES NOTHING',
    '',
    'Nothing that the file says may be relied on. That is no finding on what happened: only this file does not prove it.',
    '',
    `The reason, for experts: ${message} [code ${code}${where}]`,
  ];
}

function heading(verdict: Verdict): string[] {
  if (verdict.result === 'proven') return ['PROVEN', '', summary(verdict)];
  return [
    WHAT_IS_LEFT[verdict.code] === undefined
      ? 'GENUINE, BUT NOT ACCEPTABLE UNDER THE GIVEN RULES'
      : 'NOT ACCEPTABLE UNDER THE GIVEN RULES',
    '',
    summary(verdict),
  ];
}

/** The sentence that matters: who, what, from whom to whom, when, who agreed, and since when that is certain. */
function summary(verdict: Verdict): string {
  const { claims, agreedBy, recordedTime } = verdict;
  const details = [
    ...(claims.sender === null ? [] : [`from ${claims.sender.id}`]),
    ...(claims.recipient === null ? [] : [`to ${claims.recipient.id}`]),
    ...(claims.time === null ? [] : [`on ${moment(claims.time)}`]),
  ];
  const stated = `${capital(organisation(verdict, verdict.statedBy))} stated that ${event(verdict)}`;
  return [
    details.length === 0 ? `${stated}.` : `${stated}: ${details.join(', ')}.`,
    ...(agreedBy === null ? [] : [`${capital(organisation(verdict, agreedBy))} agreed.`]),
    ...(recordedTime === null
      ? []
      : [`This has been on record since ${moment(recordedTime)} at the latest.`]),
  ].join(' ');
}

const GENUINE =
  'The file itself is genuine: what follows was stated, by the organisation named, and was not changed since.';

/** Where the reservation touches who made the file, or when. */
const WHAT_IS_LEFT: Readonly<Partial<Record<VerdictCode, string>>> = {
  'trust-too-old':
    'The file was not changed since it was recorded. Whether the keys behind it still counted then is not known: what follows is what it says.' +
    ' Every operator of the register hands out the newest rules: get them, and verify again.',
  'key-compromised':
    'The file was not changed since it was recorded. Who made it is in doubt: what follows is what it says.',
  'algorithm-ended':
    'What follows is what the file says. When it was recorded, someone could perhaps have made it up by breaking that method.',
};

function reservation(verdict: Verdict): string[] {
  const { code, compromised } = verdict;
  return [
    'Why it is not acceptable',
    `- ${VERDICT_CODES[code]}`,
    `- ${WHAT_IS_LEFT[code] ?? GENUINE}`,
    ...compromised.map(
      (id) =>
        `- The key in question is that of ${organisation(verdict, id)}: someone else may have signed in its name.`,
    ),
  ];
}

function facts(verdict: Verdict): string[][] {
  return [
    statedFacts(verdict),
    times(verdict),
    agreement(verdict),
    hidden(verdict),
    standing(verdict),
  ].filter((lines) => lines.length > 0);
}

function statedFacts(verdict: Verdict): string[] {
  const { claims, checks } = verdict;
  const shown: string[] = [];
  if (claims.event !== null) shown.push(`- The event: ${event(verdict)}.`);
  if (claims.reason !== null) shown.push(`- The reason given: ${claims.reason}`);
  if (claims.sender !== null) shown.push(`- The sender: ${claims.sender.id} (${claims.sender.scheme})`);
  if (claims.sender_org !== null)
    shown.push(`- The sender was represented by ${organisation(verdict, claims.sender_org)}.`);
  if (claims.recipient !== null)
    shown.push(`- The recipient: ${claims.recipient.id} (${claims.recipient.scheme})`);
  if (claims.recipient_org !== null) {
    shown.push(`- The recipient was represented by ${organisation(verdict, claims.recipient_org)}.`);
  }
  if (claims.message !== null) shown.push(`- The message number at the exchange: ${claims.message}`);
  if (claims.document !== null) {
    const { mediaType, size, sha256, sha3_512 } = claims.document;
    shown.push(
      `- The document: ${size} bytes of type ${mediaType}, with these fingerprints:`,
      `    SHA-256   ${sha256}`,
      `    SHA3-512  ${sha3_512}`,
    );
    if (checks.some(({ name, ok }) => name === 'document' && ok)) {
      shown.push(
        '- The document that was handed in for this verification is that very document, to the last byte.',
      );
    } else {
      shown.push('- The document itself was not handed in for this verification, and so was not compared.');
    }
  }
  if (claims.corrects !== null) {
    shown.push(
      `- It corrects an earlier statement, number ${claims.corrects}. The earlier one remains on record.`,
    );
  }
  return shown.length === 0 ? [] : ['What was stated', ...shown];
}

function times(verdict: Verdict): string[] {
  const { claimedTime, recordedTime, agreedTime, late } = verdict;
  const lines = ['When'];
  lines.push(
    claimedTime === null
      ? '- The moment that was stated is not shown.'
      : `- Stated moment: ${moment(claimedTime)}. This is what ${organisation(verdict, verdict.statedBy)} wrote.`,
  );
  if (recordedTime === null) {
    lines.push('- There is no moment since which the statement provably exists: too few confirmed it.');
    return lines;
  }
  lines.push(
    `- Existed by: ${moment(recordedTime)}. By then it was confirmed that the shared register held an entry that could` +
      ' only be made with this very statement. It was not made up, or changed, afterwards.',
  );
  if (agreedTime !== null && agreedTime !== recordedTime) {
    lines.push(`- The agreement of the exchange existed by ${moment(agreedTime)}.`);
  }
  if (late)
    lines.push('- More time lies between the two moments than the rules allow: the statement is late.');
  return lines;
}

function agreement(verdict: Verdict): string[] {
  const { agreedBy, statedBy, oneSided } = verdict;
  const issuer = organisation(verdict, statedBy);
  const lines = ['Who says so', `- Stated and signed by ${issuer}, with the key that is registered for it.`];
  if (agreedBy !== null) {
    lines.push(
      `- Agreed by ${organisation(verdict, agreedBy)}, which carried the message: it compared the statement with its own` +
        ' record and signed that they agree.',
    );
    if (verdict.claimedTime !== null && verdict.agreedWithinSeconds !== null) {
      lines.push(
        `- The moment in the record of the exchange lies at most ${verdict.agreedWithinSeconds} seconds from the stated one.`,
      );
    }
  }
  if (oneSided) {
    lines.push(
      '- Not agreed by the exchange: it did not answer in time, or its record says otherwise. Only the issuer says so.',
    );
  }
  return lines;
}

function hidden({ hidden: names }: Verdict): string[] {
  if (names.length === 0)
    return ['What stays hidden', '- Nothing: the file shows everything that was stated.'];
  return [
    'What stays hidden',
    `- The holder of this file chose not to show: ${list(names.map((name) => CLAIM_WORDS[name]))}.`,
    '- These were fixed when the statement was made. They can be shown later by someone who kept them, but not changed.',
  ];
}

function standing(verdict: Verdict): string[] {
  const { recordedTime, oneSided } = verdict;
  if (recordedTime === null) return [];
  return [
    'What it rests on',
    `- The moment "existed by" was confirmed by ${confirmation(verdict)}.`,
    `- Who stated what does not depend on any of them. That moment could be wrong only if ${wrongTogether(verdict)}.`,
    ...timeStamps(verdict),
    '- What is proven is what was stated, by whom, and that it existed by then. That the stated moment is right is the word' +
      (oneSided ? ' of the issuer alone.' : ' of the issuer, and of the exchange as far as it agreed.'),
    '- It does not prove that a person read or understood the document, nor that what the document says is true.',
  ];
}

/** Who confirmed it: the fewest of any recording, as the weakest counts. */
function confirmation({ parties, recordings }: Verdict): string {
  const fewest = (kind: keyof Parties): number =>
    Math.min(...recordings.map((recording) => recording.parties[kind]));
  const operators =
    parties.operators === 1
      ? 'the one operator of the shared register'
      : `${fewest('operators')} of the ${parties.operators} operators of the shared register, each from its own copy`;
  if (parties.groups === 0) return operators;
  const watchers =
    parties.groups === 1
      ? 'the one organisation that watches it'
      : `${fewest('groups')} of the ${parties.groups} organisations that watch it`;
  return `${operators}, and by ${watchers} and would notice if an entry were changed or taken out`;
}

/** Who would have to lie together: as many of each kind as the rules ask for. */
function wrongTogether({ parties, quorum }: Verdict): string {
  const operators =
    parties.operators === 1 ? 'that operator' : `${count(quorum.operators)} of these operators`;
  if (quorum.groups > 0) {
    const watchers =
      parties.groups === 1 ? 'that organisation' : `${count(quorum.groups)} of these organisations`;
    return `${operators} and ${watchers} gave a wrong one together`;
  }
  return quorum.operators === 1 ? `${operators} gave a wrong one` : `${operators} gave a wrong one together`;
}

function count(number: number): string {
  return number === 1 ? 'one' : number.toString();
}

/** What an authority outside the register says, once for each moment that it says. */
function timeStamps({ recordings }: Verdict): string[] {
  const said = recordings.flatMap(({ timeStamp }) =>
    timeStamp === null
      ? []
      : [
          `- A time-stamping authority that has no part in the register (${timeStamp.authority}) confirmed that the entry stood` +
            ` in it on ${moment(timeStamp.time)}. After that moment nobody, not even all of these together, could have made it up.`,
        ],
  );
  return [...new Set(said)];
}

function event({ claims }: Verdict): string {
  const known = claims.event === null ? undefined : eventByUri(claims.event);
  if (known === undefined) return 'something happened to a document (what it was is not shown)';
  const words: Readonly<Partial<Record<ShortName, string>>> = EVENT_WORDS;
  return (
    words[known.shortName] ?? `the event "${known.shortName.replaceAll('-', ' ')}" happened to a document`
  );
}

const EVENT_WORDS = {
  sent: 'a document was accepted for sending, and so was sent',
  rejected: 'a document was handed in for sending and was not accepted',
  'made-available': 'a document was made available to the recipient',
  'not-made-available': 'a document could not be made available to the recipient',
  consulted: 'the recipient consulted a document',
  received: 'a document was handed over to the recipient',
  failed: 'a document could not be handed over to the recipient',
  refused: 'the recipient refused a document',
  expired: 'the term in which the recipient could accept or refuse a document ran out',
} as const satisfies Partial<Record<ShortName, string>>;

const CLAIM_WORDS: Readonly<Record<ClaimName, string>> = {
  event: 'what happened',
  reason: 'the reason, if there is one',
  time: 'the stated moment',
  sender: 'the sender',
  sender_org: 'the organisation of the sender',
  recipient: 'the recipient',
  recipient_org: 'the organisation of the recipient',
  message: 'the message number',
  document: 'which document it is about',
  corrects: 'whether it corrects an earlier statement',
};

function organisation({ names }: Verdict, id: string | null): string {
  if (id === null) return 'an organisation';
  const name = names[id];
  return name === undefined || name === id ? `"${id}"` : `${name} ("${id}")`;
}

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);

/** An RFC 3339 moment in UTC in words, with exactly the precision that it has. */
function moment(time: string): string {
  const [, year, month, day, clock] = /^(\d{4})-(\d{2})-(\d{2})T([\d:.]+)Z$/.exec(time) ?? [];
  const name = MONTHS[Number.parseInt(month ?? '', 10) - 1];
  if (name === undefined || day === undefined) return time;
  return `${day.replace(/^0/, '')} ${name} ${year ?? ''} at ${clock ?? ''} UTC`;
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
