import { type DerReader, type Element, TAG } from './der.js';
import { malformed } from './error.js';

const UTC_TIME = /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;
const GENERALIZED_TIME = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:\.(\d*[1-9]))?Z$/;

/** A moment: whole seconds since 1970, and how many microseconds after, rounded up. */
export interface Moment {
  readonly seconds: number;
  readonly micros: number;
}

/** A GeneralizedTime as a token has it: UTC, with seconds, with a fraction only where it ends in no zero. */
export function readGeneralizedTime({ content }: Element): Moment {
  const match = GENERALIZED_TIME.exec(asciiOf(content));
  if (match === null) throw malformed('a time that is not YYYYMMDDHHMMSS[.fraction]Z');
  const fraction = match[7] ?? '';
  const finer = fraction.length > 6 ? 1 : 0;
  return {
    seconds: secondsOf(match.slice(1, 7).map(Number)),
    micros: Number(fraction.slice(0, 6).padEnd(6, '0')) + finer,
  };
}

/** The next element, a time of a certificate (RFC 5280 section 4.1.2.5), in seconds since 1970. */
export function readCertificateTime(reader: DerReader): number {
  const element = reader.any();
  if (element.tag === TAG.generalizedTime) {
    const { seconds, micros } = readGeneralizedTime(element);
    if (micros !== 0) throw malformed('a time of a certificate with a fraction');
    return seconds;
  }
  const match = element.tag === TAG.utcTime ? UTC_TIME.exec(asciiOf(element.content)) : null;
  if (match === null) throw malformed('a time of a certificate that is none');
  const [year = 0, ...rest] = match.slice(1, 7).map(Number);
  return secondsOf([year >= 50 ? 1900 + year : 2000 + year, ...rest]);
}

/** Year, month, day, hour, minute, second. A day that is not in the calendar, or a leap second, is refused. */
function secondsOf(fields: readonly number[]): number {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const found = [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ];
  if (found.some((field, i) => field !== fields[i])) throw malformed('a time that is not in the calendar');
  return date.getTime() / 1000;
}

/** No authority counts finer than this has room for; and what is cut off before it is read could say anything. */
const LONGEST = 64;

function asciiOf(content: Uint8Array): string {
  if (content.length > LONGEST) throw malformed('a time that is too long');
  return String.fromCharCode(...content);
}
