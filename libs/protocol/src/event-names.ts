/** One event of a document's way: what it is called, and who may state it. */
export interface EventRole {
  /** Our name. */
  readonly shortName: string;
  /** The event of ETSI EN 319 522-1 clause 6, as its URI (EN 319 522-3, table 2). */
  readonly uri: string;
  /** Whose organisation may state it; the exchange countersigns all of them. */
  readonly statedBy: 'sender' | 'recipient';
  /** Whether something went wrong: only then may a reason stand beside it. */
  readonly negative: boolean;
  /** Whether a reason must stand beside it. */
  readonly needsReason: boolean;
  /** Whether events of this kind have a CloudEvents type of their own, else they come as `document.event.v1`. */
  readonly ownType: boolean;
}

const ETSI = 'http://uri.etsi.org/19522/Event/';
const POSITIVE = { negative: false, needsReason: false } as const;
const NEGATIVE = { negative: true, needsReason: true } as const;
const OWN = { ownType: true } as const;
const OTHER = { ownType: false } as const;

/** The role table: every event that can be stated. An event that is not here is refused everywhere. */
export const EVENTS = [
  { shortName: 'sent', uri: `${ETSI}SubmissionAcceptance`, statedBy: 'sender', ...POSITIVE, ...OWN },
  { shortName: 'rejected', uri: `${ETSI}SubmissionRejection`, statedBy: 'sender', ...NEGATIVE, ...OWN },
  {
    shortName: 'made-available',
    uri: `${ETSI}ContentConsignment`,
    statedBy: 'recipient',
    ...POSITIVE,
    ...OWN,
  },
  {
    shortName: 'not-made-available',
    uri: `${ETSI}ContentConsignmentFailure`,
    statedBy: 'recipient',
    ...NEGATIVE,
    ...OWN,
  },
  { shortName: 'consulted', uri: `${ETSI}ContentAccessTracking`, statedBy: 'recipient', ...POSITIVE, ...OWN },
  { shortName: 'received', uri: `${ETSI}ContentHandover`, statedBy: 'recipient', ...POSITIVE, ...OWN },
  { shortName: 'failed', uri: `${ETSI}ContentHandoverFailure`, statedBy: 'recipient', ...NEGATIVE, ...OWN },
  { shortName: 'refused', uri: `${ETSI}ConsignmentRejection`, statedBy: 'recipient', ...NEGATIVE, ...OWN },
  {
    // That the term ran out is the reason: another one may be given.
    shortName: 'expired',
    uri: `${ETSI}AcceptanceRejectionExpiry`,
    statedBy: 'recipient',
    negative: true,
    needsReason: false,
    ...OWN,
  },
  {
    shortName: 'relay-acceptance',
    uri: `${ETSI}RelayAcceptance`,
    statedBy: 'recipient',
    ...POSITIVE,
    ...OTHER,
  },
  {
    shortName: 'relay-rejection',
    uri: `${ETSI}RelayRejection`,
    statedBy: 'recipient',
    ...NEGATIVE,
    ...OTHER,
  },
  { shortName: 'relay-failure', uri: `${ETSI}RelayFailure`, statedBy: 'sender', ...NEGATIVE, ...OTHER },
  {
    shortName: 'notification-for-acceptance',
    uri: `${ETSI}NotificationForAcceptance`,
    statedBy: 'recipient',
    ...POSITIVE,
    ...OTHER,
  },
  {
    shortName: 'notification-for-acceptance-failure',
    uri: `${ETSI}NotificationForAcceptanceFailure`,
    statedBy: 'recipient',
    ...NEGATIVE,
    ...OTHER,
  },
  {
    shortName: 'consignment-acceptance',
    uri: `${ETSI}ConsignmentAcceptance`,
    statedBy: 'recipient',
    ...POSITIVE,
    ...OTHER,
  },
  {
    shortName: 'consignment-notification',
    uri: `${ETSI}ConsignmentNotification`,
    statedBy: 'recipient',
    ...POSITIVE,
    ...OTHER,
  },
  {
    shortName: 'consignment-notification-failure',
    uri: `${ETSI}ConsignmentNotificationFailure`,
    statedBy: 'recipient',
    ...NEGATIVE,
    ...OTHER,
  },
  {
    shortName: 'notification-delivered',
    uri: `${ETSI}NotificationDelivered`,
    statedBy: 'recipient',
    ...POSITIVE,
    ...OTHER,
  },
  {
    shortName: 'notification-access-tracking',
    uri: `${ETSI}NotificationAccessTracking`,
    statedBy: 'recipient',
    ...POSITIVE,
    ...OTHER,
  },
  { shortName: 'relay-to-non-erds', uri: `${ETSI}RelayToNonERDS`, statedBy: 'sender', ...POSITIVE, ...OTHER },
  {
    shortName: 'relay-to-non-erds-failure',
    uri: `${ETSI}RelayToNonERDSFailure`,
    statedBy: 'sender',
    ...NEGATIVE,
    ...OTHER,
  },
  {
    shortName: 'received-from-non-erds',
    uri: `${ETSI}ReceivedFromNonERDS`,
    statedBy: 'recipient',
    ...POSITIVE,
    ...OTHER,
  },
] as const satisfies readonly EventRole[];

/** Our name of an event in the role table. */
export type ShortName = (typeof EVENTS)[number]['shortName'];

/** A row of the role table, with its name known to be one. */
export type KnownEvent = EventRole & { readonly shortName: ShortName };

/** The CloudEvents type of events of the standard that have none of their own; `data.event` names the event. */
export const GENERAL_EVENT_TYPE = 'be.besure.document.event.v1';

const byShortName = new Map<string, KnownEvent>(EVENTS.map((event) => [event.shortName, event]));
const byUri = new Map<string, KnownEvent>(EVENTS.map((event) => [event.uri, event]));

/** The CloudEvents type under which an event comes in. */
export function cloudEventType(shortName: ShortName): string {
  return byShortName.get(shortName)?.ownType === true
    ? `be.besure.document.${shortName}.v1`
    : GENERAL_EVENT_TYPE;
}

/** The event of that short name, `undefined` when the role table has none. */
export function eventByShortName(shortName: string): KnownEvent | undefined {
  return byShortName.get(shortName);
}

/** The event of that ETSI URI, `undefined` when the role table has none. */
export function eventByUri(uri: string): KnownEvent | undefined {
  return byUri.get(uri);
}

/**
 * Whether `issuer` may state the event, given by its short name or its URI, about a message between these
 * organisations. An event that the role table does not have may be stated by nobody.
 */
export function mayState(
  event: string,
  issuer: string,
  parties: { readonly sender_org: string; readonly recipient_org: string },
): boolean {
  const known = eventByShortName(event) ?? eventByUri(event);
  if (known === undefined) return false;
  return issuer === (known.statedBy === 'sender' ? parties.sender_org : parties.recipient_org);
}
