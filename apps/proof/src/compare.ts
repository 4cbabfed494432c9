import { CLAIM_NAMES, type ClaimName, type Claims } from '@besure/protocol';

/**
 * Compares what an organisation states with what the exchange's own back office recorded of the same event.
 *
 * @param stated the ten claims of the statement
 * @param recorded the same ten of the exchange's own record
 * @param toleranceSeconds how far the two moments may lie apart; both clocks are honest, neither is exact
 * @returns the names of the claims that differ, in the order of the format; empty where both agree
 */
export function differingClaims(stated: Claims, recorded: Claims, toleranceSeconds: number): ClaimName[] {
  return CLAIM_NAMES.filter((name) =>
    name === 'time'
      ? Math.abs(Date.parse(stated.time) - Date.parse(recorded.time)) > toleranceSeconds * 1000
      : !sameValue(stated[name], recorded[name]),
  );
}

function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const left = Object.entries(a);
  const right = new Map(Object.entries(b));
  return left.length === right.size && left.every(([key, value]) => sameValue(value, right.get(key)));
}

/** Whether the organisation is the sender's or the recipient's in that event. Others learn nothing, not even that it exists. */
export function isParty(organisation: string, record: Claims): boolean {
  return record.sender_org === organisation || record.recipient_org === organisation;
}

/** The organisation on the other side of a document from the one that states; itself where both are the same. */
export function counterpartOf(issuer: string, claims: Claims): string {
  return claims.sender_org === issuer ? claims.recipient_org : claims.sender_org;
}
