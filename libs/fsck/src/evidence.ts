import { nodePrimitives } from '@besure/keys';
import { type OpenedTrust, verify } from '@besure/verification';
import type { EndedStatement } from './ending.js';
import { FsckError } from './error.js';
import type { Findings } from './report.js';

/** Where evidence is fetched. */
export interface ArchiveAccess {
  readonly url: string;
  /** With the scope `evidence:read`. */
  readonly token: string;
}

/** Fetched at a time: verifying takes the processor of one. */
const AT_A_TIME = 8;
const DEADLINE_MILLIS = 30_000;

/**
 * Such evidence holds, and what is said of it is no fault of those who keep it: the back office told of the event late, or by a clock that is ahead; nobody has
 * stamped the log yet; the trust file that is at hand is an old one; a key or a method came into doubt afterwards.
 */
const HOLDS: ReadonlySet<string> = new Set([
  'proven',
  'late',
  'claimed-after-recording',
  'assurance-too-low',
  'trust-too-old',
  'key-compromised',
  'algorithm-ended',
]);

/** Fetches the evidence of these statements from a zone's archive and verifies it, offline. Answers how many held. */
export async function verifyEvidence(
  zone: string,
  archive: ArchiveAccess,
  trust: OpenedTrust,
  statements: readonly EndedStatement[],
  findings: Findings,
): Promise<number> {
  findings.look(zone, 'evidence');
  const queue = statements.values();
  let verified = 0;
  const work = async (): Promise<void> => {
    for (const { statement, state } of queue) {
      const problem = await judge(archive, trust, statement, state);
      if (problem === null) verified += 1;
      else findings.add({ zone, rule: 'evidence', subject: statement, detail: problem });
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return verified;
}

/** What is wrong with the evidence of a statement; null where nothing is. */
async function judge(
  archive: ArchiveAccess,
  trust: OpenedTrust,
  statement: string,
  state: EndedStatement['state'],
): Promise<string | null> {
  const answer = await fetchEvidence(archive, statement);
  if (typeof answer === 'number') return `the archive answers ${answer}`;
  const { code, message, evidenceId } = verify(answer.text, trust, { primitives: nodePrimitives });
  if (evidenceId !== null && evidenceId !== statement) return `it is the evidence of ${evidenceId}`;
  if (HOLDS.has(code) || (state === 'one-sided' && code === 'one-sided')) return null;
  return `${code}: ${message}`;
}

async function fetchEvidence(
  { url, token }: ArchiveAccess,
  statement: string,
): Promise<{ readonly text: string } | number> {
  const target = `${url}/v1/evidence/${encodeURIComponent(statement)}`;
  let response: Response;
  let text: string;
  try {
    response = await fetch(target, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(DEADLINE_MILLIS),
    });
    text = await response.text();
  } catch (cause) {
    throw new FsckError('unreachable', `the archive ${url} does not answer`, { cause });
  }
  // Those say something of us, or of the moment, and nothing of the evidence.
  if ([401, 403, 429, 503].includes(response.status)) {
    throw new FsckError('unreachable', `the archive ${url} answers ${response.status}`);
  }
  return response.ok ? { text } : response.status;
}
