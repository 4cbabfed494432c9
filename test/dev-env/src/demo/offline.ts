import { randomInt } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodePrimitives } from '@besure/keys';
import type { ClaimName } from '@besure/protocol';
import { type Verdict, disclose, verify } from '@besure/verification';
import type { DemoDocument } from './documents.js';
import type { Checks } from './report.js';

/** An evidence file of the demo, and the document that it is about. */
export interface EvidenceFile {
  /** `<document>.<event>` */
  readonly name: string;
  readonly document: DemoDocument;
  readonly text: string;
}

/** The facts without the document: what was done, when, by whom, to whom. */
const FACTS: readonly ClaimName[] = [
  'event',
  'reason',
  'time',
  'sender',
  'sender_org',
  'recipient',
  'recipient_org',
];

/** Verifies each evidence file together with its document, with nothing running. */
export async function verifyAll(
  files: readonly EvidenceFile[],
  trust: string,
  checks: Checks,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const file of files) {
    const document = await bytesOf(file.document);
    verdicts.push(verify(file.text, trust, { document, primitives: nodePrimitives }));
  }
  checks.all('every evidence file proves its statement, offline, with its document', verdicts, (verdict) =>
    verdict.result === 'proven' ? null : `${verdict.result}: ${verdict.code}`,
  );
  return verdicts;
}

/** Another document than the one that the evidence is about must not pass for it. */
export function refuseOtherDocument(files: readonly EvidenceFile[], trust: string, checks: Checks): void {
  const other = new TextEncoder().encode('not this document');
  checks.all('another document is refused', files.slice(0, 1), (file) => {
    const verdict = verify(file.text, trust, { document: other, primitives: nodePrimitives });
    return verdict.result === 'bad' ? null : `${file.name}: ${verdict.result}`;
  });
}

/**
 * Flips one random bit of each evidence file, writes what came out to `folder`, and verifies that it is refused.
 *
 * @returns the verdicts, each `bad`
 */
export async function tamperAll(
  files: readonly EvidenceFile[],
  trust: string,
  folder: string,
  checks: Checks,
): Promise<Verdict[]> {
  await mkdir(folder, { recursive: true });
  const verdicts: Verdict[] = [];
  for (const file of files) {
    const bytes = Buffer.from(file.text, 'utf8');
    const at = randomInt(bytes.length);
    bytes[at] = bytes[at]! ^ (1 << randomInt(8));
    await writeFile(join(folder, `${file.name}.json`), bytes);
    verdicts.push(verify(bytes.toString('latin1'), trust, { primitives: nodePrimitives }));
  }
  checks.all('a flipped bit is refused', verdicts, (verdict) =>
    verdict.result === 'bad' ? null : `${verdict.result}: ${verdict.code}`,
  );
  return verdicts;
}

/** The three views of one proof: nothing opened, the facts without the document, everything. */
export async function writeViews(
  file: EvidenceFile,
  trust: string,
  folder: string,
  checks: Checks,
): Promise<Record<'ledger' | 'facts' | 'full', Verdict>> {
  await mkdir(folder, { recursive: true });
  const texts = {
    ledger: disclose(file.text, [], nodePrimitives.sha256),
    facts: disclose(file.text, FACTS, nodePrimitives.sha256),
    full: file.text,
  };
  for (const [view, text] of Object.entries(texts)) await writeFile(join(folder, `${view}.json`), text);
  const see = (text: string): Verdict => verify(text, trust, { primitives: nodePrimitives });
  const views = { ledger: see(texts.ledger), facts: see(texts.facts), full: see(texts.full) };
  const hidden = [views.ledger, views.facts, views.full].map((one) => one.hidden.length);
  const proven = Object.values(views).every((one) => one.result === 'proven');
  checks.add(
    'one proof in three views',
    proven && hidden[0] === 10 && hidden[1] === 10 - FACTS.length && hidden[2] === 0,
    `hidden claims: ${hidden.join(', ')}`,
  );
  return views;
}

/** The bytes of a document of the demo. */
export async function bytesOf(document: DemoDocument): Promise<Uint8Array> {
  return document.bytes ?? readFile(document.path!);
}
