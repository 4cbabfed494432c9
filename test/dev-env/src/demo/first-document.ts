import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodePrimitives } from '@besure/keys';
import { waitUntil } from '@besure/testing';
import { type Verdict, verify } from '@besure/verification';
import { RefusedError } from '../back-office.js';
import { applicant, members } from '../members.js';
import type { Network } from '../network.js';
import { madeDocument } from './documents.js';
import type { EvidenceFile } from './offline.js';
import type { Checks } from './report.js';
import { planDeliveries } from './scenario.js';
import { eventsOf, followToTheEnd, type FollowOptions } from './timeline.js';

const KNOWN_MILLIS = 60_000;

/** The services of who was admitted start, and it sends its first document. Answers the evidence; null where it did not come to it. */
export async function sendFirstDocument(
  network: Network,
  follow: FollowOptions,
): Promise<EvidenceFile | null> {
  await network.join(applicant.id);
  const text = 'We are glad to be one of you.\n';
  const document = madeDocument('the first letter of gamma.txt', 'first-letter.txt', Buffer.from(text));
  const [delivery] = planDeliveries([document], [applicant.id, members[0]!.id]);
  const planned = delivery!.events[0]!;
  const { sent, messages } = eventsOf(network, planned);
  for (const { to, event } of messages)
    // Others know of a new member as soon as they have read of it in the log of rights.
    await waitUntil(
      { what: `${to.organisation} to know ${applicant.id}`, timeoutMillis: KNOWN_MILLIS },
      () => {
        follow.signal.throwIfAborted();
        return to.send(event).then(() => true as const, refusedYet);
      },
    );
  const [state] = await followToTheEnd([sent], follow);
  const evidence = state?.evidence ?? null;
  if (state?.state !== 'complete' || evidence === null) return null;
  const name = `${document.slug}.${planned.event}`;
  return { name, document, text: await network.backOffice(applicant.id).evidence(evidence) };
}

/** Verifies that evidence with nothing running, and puts it into a folder of its own: who issued it is no member of before. */
export async function verifyFirstDocument(
  file: EvidenceFile | null,
  trust: string,
  folder: string,
  checks: Checks,
): Promise<Verdict | null> {
  const verdict =
    file === null
      ? null
      : verify(file.text, trust, { document: file.document.bytes!, primitives: nodePrimitives });
  checks.add(
    'the first document of who was admitted is proven, offline',
    verdict?.result === 'proven',
    verdict === null
      ? 'there is no evidence'
      : `${verdict.result}, stated by ${verdict.statedBy ?? 'nobody'}`,
  );
  if (file !== null) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${file.name}.json`), file.text);
  }
  return verdict;
}

function refusedYet(error: unknown): undefined {
  if (!(error instanceof RefusedError)) throw error;
}
