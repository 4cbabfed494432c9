export { KeyError, type KeyErrorCode } from './error.js';
export { loadStatementSigner, type StatementSigner } from './statement-signer.js';
export {
  createLedgerSigner,
  loadLedgerSigner,
  verifyLedgerSignature,
  type LedgerSigner,
} from './ledger-signer.js';
export {
  loadCheckpointSigner,
  loadWitnessKey,
  type CheckpointSigner,
  type MessageSigner,
  type SignerPair,
} from './checkpoint-keys.js';
export { generateSeatKey, loadSeatKey, type SeatSigner } from './seat-key.js';
export { openSeatProgram } from './seat-program.js';
export { createFactsVault, loadFactsVault, type FactsVault, type Sealed } from './facts-vault.js';
export { randomPiece } from './random-piece.js';
export { nodePrimitives } from './node-primitives.js';
export { rememberCheckpointSignatures } from './remembered-signatures.js';
export { type SealSubject } from './seal-certificate.js';
export {
  ephemeralFactsVault,
  generateFactsKey,
  generateHubKeys,
  generateLedgerKey,
  generateStatementKey,
  generateWitnessKey,
} from './generate.js';
