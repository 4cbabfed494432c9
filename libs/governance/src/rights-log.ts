import type { Charter } from './charter.js';

/**
 * How old, in seconds, the last cosignature of a hub on the newest checkpoint of the log of rights becomes before it signs that anew: boards decide
 * rarely, and what nobody has confirmed for long says little about today.
 */
export const RIGHTS_SIGNED_ANEW_SECONDS = 86_400;

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
