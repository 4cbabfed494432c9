import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ShortName } from '@besure/protocol';
import { BackOffice, documentEvent } from './back-office.js';
import { describeFile } from './demo/documents.js';
import { readToken } from './key-folder.js';
import type { RunFile } from './run-file.js';

/** A document that was sent from here: enough to ask about it. */
export interface SentDocument {
  readonly message: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly events: readonly {
    readonly event: ShortName;
    readonly organisation: string;
    readonly source: string;
    readonly id: string;
  }[];
}

const EXCHANGE = 'exchange';

/** How far a document goes. */
export const STEPS = ['sent', 'made-available', 'received'] as const;
export type Step = (typeof STEPS)[number];

/** A back office of a network that runs. Throws RangeError for an organisation that is not there. */
export function backOfficeOf(run: RunFile, organisation: string): BackOffice {
  const urlOf = (name: string): string | undefined =>
    run.services.find((one) => one.organisation === organisation && one.name === name)?.http;
  const [intake, archive, token] = [urlOf('intake'), urlOf('archive'), run.tokens[organisation]];
  if (intake === undefined || archive === undefined || token === undefined) {
    throw new RangeError(`there is no organisation ${organisation}`);
  }
  return new BackOffice({ organisation, intake, archive, token: readToken(token) });
}

/**
 * Plays the back offices on the way of one document: the sender's organisation states that it was sent, the recipient's that it was made
 * available and received, and the exchange records the same. Remembers it below `state`.
 */
export async function deliver(
  run: RunFile,
  state: string,
  document: { readonly path: string; readonly from: string; readonly to: string; readonly until: Step },
): Promise<SentDocument> {
  const { path, from, to, until } = document;
  // Before the first event: what was stated stays stated.
  const [sender, recipient] = [from, to].map((organisation) => {
    if (organisation === EXCHANGE)
      throw new RangeError('the exchange carries documents, it has none of its own');
    return backOfficeOf(run, organisation);
  });
  const exchange = backOfficeOf(run, EXCHANGE);
  const message = `urn:uuid:${randomUUID()}`;
  const data = {
    message,
    sender: { scheme: 'be:cbe', id: '0200000001', organisation: from },
    recipient: { scheme: 'be:cbe', id: '0200000002', organisation: to },
    document: await describeFile(path),
  };
  const events: SentDocument['events'][number][] = [];
  for (const event of STEPS.slice(0, STEPS.indexOf(until) + 1)) {
    const id = randomUUID();
    const time = new Date();
    const organisation = event === 'sent' ? from : to;
    await exchange.send(documentEvent({ organisation: EXCHANGE, event, id, time, data }));
    const stated = documentEvent({ organisation, event, id, time, data });
    await (event === 'sent' ? sender! : recipient!).send(stated);
    events.push({ event, organisation, source: stated.source, id });
  }
  const sent: SentDocument = { message, file: path, from, to, events };
  remember(state, sent);
  return sent;
}

/** Every document that was sent from here, oldest first. */
export function sentDocuments(state: string): SentDocument[] {
  const path = sentPath(state);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as SentDocument);
}

/** One append per document: two that are sent at the same time are both remembered. */
function remember(state: string, sent: SentDocument): void {
  appendFileSync(sentPath(state), `${JSON.stringify(sent)}\n`, { mode: 0o600 });
}

function sentPath(state: string): string {
  return join(state, 'up', 'sent.jsonl');
}
