import { decodeBase64, utf8Encode } from '@besure/protocol';
import { verifyTimeStamp } from '@besure/time-stamp';

interface TimeStampContent {
  readonly token: string;
  readonly message: string;
  readonly authorities: readonly {
    readonly certificate: string;
    readonly from: number;
    readonly until: number | null;
  }[];
}

/** What a reader does with a vector of a time stamp. */
export function readTimeStamp(content: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { token, message, authorities } = content as unknown as TimeStampContent;
  const decoded = authorities.map(({ certificate, ...period }) => ({
    ...period,
    certificate: decodeBase64(certificate),
  }));
  return { ...verifyTimeStamp(decodeBase64(token), utf8Encode(message), decoded) };
}
