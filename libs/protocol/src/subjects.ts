/**
 * The subjects of requests between zones. The last part says who asks: the bus lets an organisation publish only to
 * its own, so whoever answers knows the asker without trusting the message.
 */
export const SUBJECTS = {
  /** Events of a back office over NATS instead of HTTP. */
  intake: 'besure.intake.v1',
  /** The same, of a back office that has a user of the bus; as a pattern of `*`. */
  intakeOf: (user: string): string => `besure.intake.v1.${user}`,
  /** Statements to be countersigned. */
  countersign: (organisation: string): string => `besure.exchange.countersign.v1.${organisation}`,
  /** What the exchange countersigned and recorded, for an archive. */
  copies: (organisation: string): string => `besure.exchange.copies.v1.${organisation}`,
  /** Signed transactions for the ledger. */
  submit: (organisation: string): string => `besure.hub.submit.v1.${organisation}`,
  /** What a member's address can spend. */
  outputs: (organisation: string): string => `besure.hub.outputs.v1.${organisation}`,
  /** Checkpoints with the signature lines that a witness made and saw. */
  cosign: (organisation: string): string => `besure.hub.cosign.v1.${organisation}`,
  /** The chain's permissions, for the hub's own rights service. */
  permissions: 'besure.hub.permissions.v1.rights',
  /** Founding: streams and first grants. */
  found: 'besure.hub.found.v1.rights',
  /** Notes of board members, for the ledger. */
  carry: 'besure.hub.carry.v1.rights',
  /** Published, not asked: the ledger log has a new checkpoint. A hint that may be lost. */
  logHint: 'besure.hub.log',
  /** The same of the log of rights. */
  rightsHint: 'besure.hub.rights',
} as const;
