import { type JsonFault, JsonTextError, type StrictJson, parseStrictJson } from '@besure/service';
import { hasMoreElements } from './batch-size.js';
import { binaryAttributes, isBinary } from './binary-mode.js';

/** Most events in one batch; more is answered with 413. */
export const MAX_BATCH_EVENTS = 500;

const [ONE, BATCH, EITHER] = [
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  'application/json',
] as const;

/** The member of an event that cannot be taken as it came, and the rule that it breaks. */
export interface FormFault {
  readonly field: string;
  readonly rule: string;
}

/** An event that came in, not checked yet. `fault` is there where its text could be read in more than one way. */
export interface Incoming {
  readonly value: unknown;
  readonly fault: FormFault | null;
}

/** A request, taken apart: one event, a batch, or why it is neither. */
export type EventsBody =
  | { readonly kind: 'single'; readonly event: Incoming }
  | { readonly kind: 'batch'; readonly events: readonly Incoming[] }
  | {
      readonly kind:
        'not-json-type' | 'not-a-batch' | 'empty-batch' | 'batch-too-large' | JsonTextError['code'];
    };

/** What came over the wire. */
export interface EventsRequest {
  readonly contentType: string;
  /** Names and values in turn, as they came; for the binary mode of HTTP. */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
}

/**
 * Takes a request apart by its media type: `application/cloudevents+json` is one event, `application/cloudevents-batch+json` an array of
 * them. In `application/json` an array is a batch; with headers `ce-*` the body is the data of one event, whose attributes they are.
 */
export function readEventsBody({ contentType, headers, body }: EventsRequest): EventsBody {
  const mediaType = mediaTypeOf(contentType);
  if (mediaType === undefined) return { kind: 'not-json-type' };
  if (hasMoreElements(body, MAX_BATCH_EVENTS)) return { kind: 'batch-too-large' };
  let read: StrictJson;
  try {
    read = parseStrictJson(body);
  } catch (error) {
    if (error instanceof JsonTextError) return { kind: error.code };
    throw error;
  }
  if (mediaType === EITHER && isBinary(headers)) return binary(contentType, headers, read);
  if (mediaType === ONE) return single(read);
  if (Array.isArray(read.value)) return batch(read.value, read.faults);
  return mediaType === BATCH ? { kind: 'not-a-batch' } : single(read);
}

/** How many events a request counts as. One holds less than 4 KiB: what is larger than its events costs as much as if they filled it. */
export function weightOf(body: EventsBody, bytes: number): number {
  return Math.max(body.kind === 'batch' ? body.events.length : 1, Math.ceil(bytes / 4096));
}

/** The media type, if it is one that is read here; JSON is UTF-8, and no other charset is. */
function mediaTypeOf(contentType: string): typeof ONE | typeof BATCH | typeof EITHER | undefined {
  const [type, ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-8"?$/.test(charset)) return undefined;
  return [ONE, BATCH, EITHER].find((one) => one === type);
}

function single({ value, faults: [fault] }: StrictJson): EventsBody {
  return { kind: 'single', event: { value, fault: fault === undefined ? null : faultAt(fault.path, fault) } };
}

function batch(events: readonly unknown[], faults: readonly JsonFault[]): EventsBody {
  if (events.length === 0) return { kind: 'empty-batch' };
  const byIndex = new Map(faults.map((fault) => [fault.path[0], faultAt(fault.path.slice(1), fault)]));
  return {
    kind: 'batch',
    events: events.map((value, index) => ({ value, fault: byIndex.get(index) ?? null })),
  };
}

function binary(contentType: string, headers: readonly string[], read: StrictJson): EventsBody {
  const { attributes, fault } = binaryAttributes(headers);
  const [inData] = read.faults;
  return {
    kind: 'single',
    event: {
      value: { ...attributes, datacontenttype: contentType, data: read.value },
      fault: fault ?? (inData === undefined ? null : faultAt(['data', ...inData.path], inData)),
    },
  };
}

function faultAt(path: JsonFault['path'], { rule }: JsonFault): FormFault {
  return { field: path.join('.'), rule };
}
