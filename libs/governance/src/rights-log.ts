import type { Charter } from './charter.js';

/** The origin of the log of rights: its checkpoints are signed with the hubs' log keys too, under another name. */
export function rightsOriginOf({ log }: Charter): string {
  return `${log.origin}/rights`;
}

/** A charter by which checkpoints of the log of rights are judged as those of the log of proofs are by the charter itself. */
export function rightsLogOf(charter: Charter): Charter {
  return { ...charter, log: { ...charter.log, origin: rightsOriginOf(charter) } };
}
