import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
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
    await backOfficeOf(run, 'exchange').send(
      documentEvent({ organisation: 'exchange', event, id, time, data }),
    );
    const stated = documentEvent({ organisation, event, id, time, data });
    await backOfficeOf(run, organisation).send(stated);
    events.push({ event, organisation, source: stated.source, id });
  }
  const sent: SentDocument = { message, file: path, from, to, events };
  remember(state, sent);
  return sent;
}

/** Every document that was sent from here, oldest first. */
export function sentDocuments(state: string): SentDocument[] {
  const path = sentPath(state);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as SentDocument[]) : [];
}

function remember(state: string, sent: SentDocument): void {
  const path = sentPath(state);
  writeFileSync(`${path}.new`, `${JSON.stringify([...sentDocuments(state), sent], null, 2)}\n`, {
    mode: 0o600,
  });
  renameSync(`${path}.new`, path);
}

function sentPath(state: string): string {
  return join(state, 'up', 'sent.json');
}
