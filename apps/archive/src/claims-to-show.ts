import { CLAIM_NAMES, type ClaimName } from '@besure/protocol';

/**
 * Reads the `show` parameter: names of claims, separated by commas. Null stands for "all that there are"; an empty text for none. Answers
 * undefined where a name is no claim, or the parameter stands twice.
 */
export function parseShow(show: unknown): readonly ClaimName[] | null | undefined {
  if (show === undefined) return null;
  if (typeof show !== 'string') return undefined;
  const names = show === '' ? [] : show.split(',');
  return names.every(isClaimName) ? CLAIM_NAMES.filter((name) => names.includes(name)) : undefined;
}

function isClaimName(name: string): name is ClaimName {
  return CLAIM_NAMES.some((claim) => claim === name);
}
