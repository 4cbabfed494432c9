import type { FactsVault } from '@besure/keys';
import { type DocumentEvent, type Facts, ProtocolError, parseCloudEvent } from '@besure/protocol';
import { type Candidate, newest } from './decide.js';
import type { EventProblem } from './event-problem.js';
import { type StatingRules, objectionTo } from './objection.js';
import type { Incoming } from './read-body.js';

/** One event on its way in: what it says, and what is needed to decide on it. */
export interface Submission {
  readonly id: string;
  readonly source: string;
  readonly facts: Facts;
  readonly candidate: Candidate;
  /** Under what it is looked up later: keyed hashes under the newest key, in hex. */
  readonly lookUp: { readonly source: string; readonly message: string };
}

/** What checking an event gives: something to decide on, or why not. `id` and `source` are there as far as they could be read. */
export type Checked =
  | { readonly ok: true; readonly submission: Submission }
  | {
      readonly ok: false;
      readonly id: string | null;
      readonly source: string | null;
      readonly problem: EventProblem;
    };

/** What checking needs beside the event. */
export interface CheckContext {
  readonly rules: StatingRules;
  readonly vault: FactsVault;
  readonly maySpeakFor: (source: string) => boolean;
  readonly now: number;
}

/** The answer to a caller that names a source of others. */
export const SOURCE_NOT_ALLOWED: EventProblem = {
  code: 'source-not-allowed',
  field: 'source',
  rule: 'a source of this caller',
};

const MAX_FIELD_LENGTH = 256;

/** Checks one event as far as that is possible without the database. */
export function checkEvent({ value, fault }: Incoming, context: CheckContext): Checked {
  if (fault !== null) return { ok: false, ...readable(value), problem: { code: 'invalid', ...fault } };
  let event: DocumentEvent;
  try {
    event = parseCloudEvent(value);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { ok: false, ...readable(value), problem: invalid(error) };
  }
  const { id, source, facts } = event;
  if (!context.maySpeakFor(source)) {
    return { ok: false, id, source, problem: SOURCE_NOT_ALLOWED };
  }
  const candidate = {
    ...hashesOf(event, context.vault),
    objection: objectionTo(facts, context.rules, context.now),
  };
  const lookUp = {
    source: newest(keyedHex(context.vault, 'source', source)),
    message: newest(keyedHex(context.vault, 'message', facts.message)),
  };
  return { ok: true, submission: { id, source, facts, candidate, lookUp } };
}

/** The keyed hash, under every key of the zone, under which an accepted request is found again. */
export function requestHashes(source: string, id: string, vault: FactsVault): string[] {
  return hex(vault.keyedHashes('request', JSON.stringify([source, id])));
}

function hashesOf({ id, source, facts }: DocumentEvent, vault: FactsVault): Omit<Candidate, 'objection'> {
  const all = factsText(facts, facts.time);
  return {
    request: requestHashes(source, id, vault),
    content: hex(vault.keyedHashes('content', JSON.stringify([source, id, all]))),
    subject: hex(vault.keyedHashes('subject', JSON.stringify([facts.message, facts.event, facts.corrects]))),
    facts: hex(vault.keyedHashes('facts', facts.event === 'consulted' ? factsText(facts, null) : all)),
  };
}

/** All facts in one text, the same for the same facts in whatever order the members came. */
function factsText(facts: Facts, time: string | null): string {
  const { sender, recipient, document } = facts;
  return JSON.stringify([
    facts.event,
    facts.reason,
    time,
    facts.message,
    [sender.scheme, sender.id, sender.organisation],
    [recipient.scheme, recipient.id, recipient.organisation],
    [document.mediaType, document.size, document.sha256, document.sha3_512],
    facts.corrects,
  ]);
}

/** The keyed hashes of a text, newest key first, in hex. */
export function keyedHex(vault: FactsVault, label: string, text: string): string[] {
  return hex(vault.keyedHashes(label, text));
}

function hex(hashes: readonly Uint8Array[]): string[] {
  return hashes.map((hash) => Buffer.from(hash).toString('hex'));
}

function invalid(error: ProtocolError): EventProblem {
  // Names of members are the sender's, and as long as it likes.
  const field = error.field?.slice(0, MAX_FIELD_LENGTH);
  return {
    code: 'invalid',
    ...(field !== undefined && field !== '' && { field }),
    rule: error.message,
  };
}

/** So that the sender of a batch can tell which of its events was turned down. */
function readable(value: unknown): { id: string | null; source: string | null } {
  const { id, source } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  return { id: shortText(id), source: shortText(source) };
}

function shortText(value: unknown): string | null {
  return typeof value === 'string' && value.length <= 256 && value.isWellFormed() ? value : null;
}
