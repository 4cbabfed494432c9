import { z } from 'zod';
import { type Facts, type Party, reasonFault } from './claims.js';
import { ProtocolError } from './error.js';
import { EVENTS, GENERAL_EVENT_TYPE, cloudEventType, eventByUri, type KnownEvent } from './event-names.js';
import { canonicalTime, MOMENT_RULE } from './moment.js';
import {
  BYTES_32,
  BYTES_64,
  IDENTIFIER,
  MEDIA_TYPE,
  MEMBER_ID,
  pattern,
  SCHEME,
  SIZE_RULE,
  type TextRule,
  URI,
} from './rules.js';

/** An event of a document's way, as a back office sends it, checked. Source and id name it for ever. */
export interface DocumentEvent {
  readonly id: string;
  readonly source: string;
  readonly facts: Facts;
}

const UNKNOWN = 'is not a member of this format';

function text({ holds, rule, pattern: expression, longest }: TextRule): z.ZodString {
  const error = rule;
  const some = z.string({ error });
  if (expression !== undefined) return some.regex(expression, { error }).describe(rule);
  const bounded = longest === undefined ? some : some.min(1, { error }).max(longest, { error });
  return bounded.refine(holds, { error }).describe(rule);
}

function object<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? UNKNOWN : 'must be an object'),
  });
}

const ownTypes = new Map<string, KnownEvent>(
  EVENTS.filter((event) => event.ownType).map((event) => [cloudEventType(event.shortName), event]),
);

const SOURCE: TextRule = pattern(
  /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]{1,512}$/,
  'must be a URI reference (RFC 3986) of 1 to 512 characters',
);
const CONTENT_TYPE: TextRule = {
  rule: 'must be application/json',
  holds: (type) => /^application\/json(?:; ?charset=utf-8)?$/i.test(type),
};
const MOMENT: TextRule = { rule: MOMENT_RULE, holds: (time) => canonicalTime(time) !== undefined };
const OTHER_EVENT = 'must be the URI of an EN 319 522 event that has no type of its own here';

const party = object({ scheme: text(SCHEME), id: text(IDENTIFIER), organisation: text(MEMBER_ID) });

const data = object({
  message: text(IDENTIFIER),
  sender: party,
  recipient: party,
  document: object({
    mediaType: text(MEDIA_TYPE),
    size: z.int({ error: SIZE_RULE }).nonnegative({ error: SIZE_RULE }),
    sha256: text(BYTES_32),
    sha3_512: text(BYTES_64),
  }),
  reason: text(URI).nullish(),
  corrects: text(BYTES_32).nullish(),
});

/** CloudEvents 1.0, structured JSON. Extension attributes are refused: what is not read is not proven. */
const envelope = {
  specversion: z.literal('1.0', { error: 'must be 1.0' }),
  id: text(IDENTIFIER),
  source: text(SOURCE),
  time: text(MOMENT).meta({ format: 'date-time' }),
  datacontenttype: text(CONTENT_TYPE).optional(),
  subject: text(IDENTIFIER).optional(),
};

const ownEvent = object({ ...envelope, type: z.enum([...ownTypes.keys()]), data });
const generalEvent = object({
  ...envelope,
  type: z.literal(GENERAL_EVENT_TYPE),
  data: data.extend({
    event: z.enum(
      EVENTS.filter(({ ownType }) => !ownType).map(({ uri }) => uri),
      { error: OTHER_EVENT },
    ),
  }),
});

/** What `parseCloudEvent` reads by, for descriptions of interfaces; it checks rules between members beside this. */
export const documentEventSchema = z.union([ownEvent, generalEvent]);

/**
 * Reads an event that came in. Throws a `document-event` error whose `field` is the path of the member that is wrong
 * (`data.document.sha256`) and whose message is the rule that it breaks. A `subject` is accepted and means nothing.
 */
export function parseCloudEvent(value: unknown): DocumentEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw fault('', 'must be a CloudEvent');
  const { type } = value as { readonly type?: unknown };
  const own = typeof type === 'string' ? ownTypes.get(type) : undefined;
  if (own !== undefined) {
    const event = read(ownEvent, value);
    return documentEvent(event, event.data, own);
  }
  if (type !== GENERAL_EVENT_TYPE) throw fault('type', 'must be a type of document event that is known here');
  const event = read(generalEvent, value);
  return documentEvent(event, event.data, eventByUri(event.data.event)!);
}

function read<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]] : (issue?.path ?? []);
  throw fault(path.join('.'), issue?.message ?? 'must have the form of this format');
}

function documentEvent(
  { id, source, time }: z.output<typeof ownEvent> | z.output<typeof generalEvent>,
  { message, sender, recipient, document, reason, corrects }: z.output<typeof data>,
  event: KnownEvent,
): DocumentEvent {
  const rule = reasonFault(event, reason ?? null);
  if (rule !== undefined) throw fault('data.reason', rule);
  const facts: Facts = {
    event: event.shortName,
    reason: reason ?? null,
    time: canonicalTime(time)!,
    message,
    sender: sender satisfies Party,
    recipient: recipient satisfies Party,
    document,
    corrects: corrects ?? null,
  };
  return { id, source, facts };
}

function fault(field: string, rule: string): ProtocolError {
  return new ProtocolError('document-event', rule, { field });
}
