import {
  CLAIM_NAMES,
  composeSdJwt,
  formatEvidence,
  openDisclosures,
  parseEvidence,
  parseStatement,
  type Sha256,
  splitSdJwt,
} from '@besure/protocol';
import { DisclosureError } from './error.js';

/**
 * The same evidence with fewer facts: only the named claims stay open. What is left out cannot be recovered from the result,
 * nor guessed: its salt is gone. Nothing is verified. Throws a DisclosureError for a claim that the evidence does not show.
 */
export function disclose(evidence: string, show: readonly string[], sha256: Sha256): string {
  const { parsed, jws, open } = read(evidence, sha256);
  for (const name of show) {
    if (!(CLAIM_NAMES as readonly string[]).includes(name)) {
      throw new DisclosureError('claim-unknown', `${name} is not a claim of a statement`);
    }
    if (!open.has(name)) throw new DisclosureError('claim-hidden', `the evidence does not show ${name}`);
  }
  const kept = [...open].filter(([name]) => show.includes(name)).map(([, disclosure]) => disclosure);
  return formatEvidence({ ...parsed, statement: composeSdJwt(jws, kept) });
}

/** The claims that some evidence shows, in their order. Throws a DisclosureError when it is no evidence. */
export function shownClaimNames(evidence: string, sha256: Sha256): string[] {
  return [...read(evidence, sha256).open.keys()];
}

function read(evidence: string, sha256: Sha256) {
  try {
    const parsed = parseEvidence(evidence);
    const { jws, disclosures } = splitSdJwt(parsed.statement);
    const statement = parseStatement(jws, sha256);
    openDisclosures(statement, disclosures, sha256);
    const open = new Map<string, string>();
    for (const disclosure of disclosures) {
      for (const name of Object.keys(openDisclosures(statement, [disclosure], sha256)))
        open.set(name, disclosure);
    }
    return { parsed, jws, open };
  } catch (cause) {
    throw new DisclosureError('evidence-malformed', 'the file is not evidence of a known version', { cause });
  }
}
