import { ProtocolError } from './error.js';
import { type EventRole, eventByShortName, eventByUri, type ShortName } from './event-names.js';
import {
  BYTES_32,
  BYTES_64,
  CANONICAL_TIME,
  IDENTIFIER,
  MEDIA_TYPE,
  MEMBER_ID,
  SCHEME,
  SIZE_RULE,
  URI,
} from './rules.js';
import type { TextRule } from './rules.js';

/** One side of a message: the person or enterprise, and the organisation that represents it. */
export interface Party {
  readonly scheme: string;
  readonly id: string;
  readonly organisation: string;
}

/** Which document it is about, without the document. Digests are base64url, of two hash families. */
export interface DocumentDigest {
  readonly mediaType: string;
  readonly size: number;
  readonly sha256: string;
  readonly sha3_512: string;
}

/** What happened to a document, as a back office tells it. */
export interface Facts {
  readonly event: ShortName;
  readonly reason: string | null;
  /** The moment, in the form YYYY-MM-DDTHH:MM:SS.mmmZ. */
  readonly time: string;
  readonly message: string;
  readonly sender: Party;
  readonly recipient: Party;
  readonly document: DocumentDigest;
  /** The identity of the statement that this one corrects. */
  readonly corrects: string | null;
}

/** A person or enterprise in a claim. */
export interface Identity {
  readonly scheme: string;
  readonly id: string;
}

/** The ten claims of every statement. */
export interface Claims {
  /** An ETSI EN 319 522 event URI of the role table. */
  readonly event: string;
  /** A reason URI, with negative events only. */
  readonly reason: string | null;
  readonly time: string;
  readonly sender: Identity;
  readonly sender_org: string;
  readonly recipient: Identity;
  readonly recipient_org: string;
  readonly message: string;
  readonly document: DocumentDigest;
  readonly corrects: string | null;
}

/** The name of a claim. */
export type ClaimName = keyof Claims;

/** The names of the ten claims, in the order in which disclosures stand wherever several do. */
export const CLAIM_NAMES = [
  'event',
  'reason',
  'time',
  'sender',
  'sender_org',
  'recipient',
  'recipient_org',
  'message',
  'document',
  'corrects',
] as const satisfies readonly ClaimName[];

const ORDER = new Map<string, number>(CLAIM_NAMES.map((name, index) => [name, index]));

/** The place of a name in {@link CLAIM_NAMES}, -1 when it is no claim. */
export function claimIndex(name: string): number {
  return ORDER.get(name) ?? -1;
}

/** The claims that state these facts. */
export function claimsOf(facts: Facts): Claims {
  const event = eventByShortName(facts.event);
  if (event === undefined) throw fault('event', 'must be an event of the role table');
  return {
    event: event.uri,
    reason: facts.reason,
    time: facts.time,
    sender: { scheme: facts.sender.scheme, id: facts.sender.id },
    sender_org: facts.sender.organisation,
    recipient: { scheme: facts.recipient.scheme, id: facts.recipient.id },
    recipient_org: facts.recipient.organisation,
    message: facts.message,
    document: facts.document,
    corrects: facts.corrects,
  };
}

/** The facts that some claims state. */
export function factsOf(claims: Claims): Facts {
  const event = eventByUri(claims.event);
  if (event === undefined) throw fault('event', 'must be an event of the role table');
  return {
    event: event.shortName,
    reason: claims.reason,
    time: claims.time,
    message: claims.message,
    sender: { scheme: claims.sender.scheme, id: claims.sender.id, organisation: claims.sender_org },
    recipient: {
      scheme: claims.recipient.scheme,
      id: claims.recipient.id,
      organisation: claims.recipient_org,
    },
    document: claims.document,
    corrects: claims.corrects,
  };
}

/**
 * The one JSON text of a claim's value, which is what a disclosure holds. Throws a `claim` error that names the
 * member and the rule when the value breaks one, whoever made it: our own intake, or a stranger's statement.
 */
export function canonicalClaim(name: ClaimName, value: unknown): string {
  switch (name) {
    case 'event':
      return text(name, value, EVENT);
    case 'reason':
      return value === null ? 'null' : text(name, value, URI);
    case 'time':
      return text(name, value, CANONICAL_TIME);
    case 'sender':
    case 'recipient':
      return identity(name, value);
    case 'sender_org':
    case 'recipient_org':
      return text(name, value, MEMBER_ID);
    case 'message':
      return text(name, value, IDENTIFIER);
    case 'document':
      return digest(name, value);
    case 'corrects':
      return value === null ? 'null' : text(name, value, BYTES_32);
  }
}

/** The rule that a reason breaks beside its event, `undefined` when it breaks none. */
export function reasonFault(event: EventRole, reason: string | null): string | undefined {
  if (event.needsReason && reason === null) return 'must be given with this negative event';
  if (!event.negative && reason !== null) return 'must be null with an event that is not negative';
  return undefined;
}

/** The rules between claims, for as many of them as are known. Throws a `claim` error. */
export function assertClaimsAgree({ event: uri, reason }: Partial<Claims>): void {
  if (uri === undefined || reason === undefined) return;
  const event = eventByUri(uri);
  if (event === undefined) throw fault('event', EVENT.rule);
  const rule = reasonFault(event, reason);
  if (rule !== undefined) throw fault('reason', rule);
}

/**
 * The role table, as far as the claims are known: where the event is shown and the organisation of the side that may state
 * it is too, that must be the issuer. Throws `role`.
 */
export function assertRole(issuer: string, claims: Partial<Claims>): void {
  const event = claims.event === undefined ? undefined : eventByUri(claims.event);
  if (event === undefined) return;
  const side = event.statedBy === 'sender' ? claims.sender_org : claims.recipient_org;
  if (side !== undefined && side !== issuer) {
    throw new ProtocolError('role', `${issuer} may not state ${event.shortName}`, { field: 'event' });
  }
}

const EVENT: TextRule = {
  rule: 'must be the URI of an event of the role table',
  holds: (uri) => eventByUri(uri) !== undefined,
};

function text(field: string, value: unknown, { holds, rule }: TextRule): string {
  if (typeof value !== 'string' || !holds(value)) throw fault(field, rule);
  return JSON.stringify(value);
}

function identity(field: 'sender' | 'recipient', value: unknown): string {
  const { scheme, id } = members(field, value, 2);
  return `{"scheme":${text(`${field}.scheme`, scheme, SCHEME)},"id":${text(`${field}.id`, id, IDENTIFIER)}}`;
}

function digest(field: 'document', value: unknown): string {
  const { mediaType, size, sha256, sha3_512 } = members(field, value, 4);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw fault(`${field}.size`, SIZE_RULE);
  return (
    `{"mediaType":${text(`${field}.mediaType`, mediaType, MEDIA_TYPE)},"size":${size.toString()}` +
    `,"sha256":${text(`${field}.sha256`, sha256, BYTES_32)},"sha3_512":${text(`${field}.sha3_512`, sha3_512, BYTES_64)}}`
  );
}

function members(field: string, value: unknown, count: number): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== count) {
    throw fault(field, `must be an object with exactly its ${count.toString()} members`);
  }
  return value as Record<string, unknown>;
}

function fault(field: string, rule: string): ProtocolError {
  return new ProtocolError('claim', `${field} ${rule}`, { field });
}
