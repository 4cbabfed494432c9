import type { Charter } from './charter.js';

/** The origin of the log of rights: its checkpoints are signed with the hubs' log keys too, under another name. */
export function rightsOriginOf({ log }: Charter): string {
  return `${log.origin}/rights`;
}

const judging = new WeakMap<Charter, Charter>();

/** A charter by which checkpoints of the log of rights are judged as those of the log of proofs are by the charter itself. */
export function rightsLogOf(charter: Charter): Charter {
  // The same one for the same charter: what others remember of a charter, they remember of this one.
  const made = judging.get(charter) ?? {
    ...charter,
    log: { ...charter.log, origin: rightsOriginOf(charter) },
  };
  judging.set(charter, made);
  return made;
}
