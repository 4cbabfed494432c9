import {
  type Charter,
  exchangeOf,
  isSlotStart,
  organisation as organisationOf,
  signingKeyOf,
  signingKeysOf,
} from '@besure/governance';
import type { FactsVault } from '@besure/keys';
import {
  type Claims,
  type Countersignature,
  type Primitives,
  ProtocolError,
  type Statement,
  type StatementCopy,
  assertCountersigns,
  factsOf,
  mayState,
  parseCountersignature,
  type SlotPaths,
  statementLeaf,
  verifyCountersignature,
  verifyStatementSignature,
  encodeOpenings,
} from '@besure/protocol';
import { ArchiveError } from './error.js';
import type { KeptRecording } from './kept-part.js';
import { type KeptOpenings, messageHash, openAll } from './openings.js';

/** What is known before a copy is looked at. */
export interface CopyContext {
  readonly organisation: string;
  readonly charter: Charter;
  readonly vault: FactsVault;
  readonly primitives: Primitives;
  readonly paths: SlotPaths;
}

/** What of a statement is kept already: its bytes were checked when they came. */
export interface KnownStatement {
  readonly jws: string;
  readonly countersignature: string | null;
}

/** The exchange's item of the slot, from the followed log. */
export interface LoggedItem {
  readonly root: Uint8Array;
  readonly leaf: number;
  readonly height: number;
}

/**
 * Checks a copy that the exchange gave, as if it came from a stranger: both signatures, the openings, the path to the root, and that this very
 * root stands in the ledger log that this archive followed by itself.
 *
 * @param statement the copy's, parsed
 * @param known what of it is kept already
 * @throws ArchiveError or ProtocolError for what must not be believed
 */
export function checkCopy(
  copy: StatementCopy,
  statement: Statement,
  known: KnownStatement | undefined,
  item: LoggedItem,
  context: CopyContext,
): KeptRecording {
  const isKnown = known?.jws === copy.jws && known.countersignature === copy.countersignature;
  if (!isKnown) checkSignatures(copy, statement, known, context);
  const openings = openingsOf(copy, statement, context);
  checkRecording(copy, item, context);
  return {
    statement: statement.id,
    issuer: statement.issuer,
    jws: copy.jws,
    countersignature: copy.countersignature,
    isKnown,
    openings,
    index: copy.recording.index,
    path: copy.recording.path,
    counterpart: null,
  };
}

function checkSignatures(
  copy: StatementCopy,
  statement: Statement,
  known: KnownStatement | undefined,
  { charter, primitives }: CopyContext,
): void {
  const issuer = organisationOf(charter, statement.issuer);
  if (issuer === undefined)
    throw new ArchiveError('organisation-unknown', 'the issuer is not in the charter');
  // Whether a key was in force at the height of the recording is for the verdict on evidence: here it must be the member's.
  if (signingKeyOf(issuer, statement.certificateKey) === undefined)
    throw new ArchiveError('copy-statement', 'the statement is signed with a key that is not the issuer’s');
  verifyStatementSignature(statement, statement.certificateKey, primitives);
  if (!isSlotStart(charter, statement.iat))
    throw new ArchiveError('copy-statement', 'the statement bears a time at which no slot starts');
  const exchange = exchangeOf(charter);
  const countersignature = parseCountersignature(copy.countersignature);
  assertCountersigns(countersignature, statement);
  if (countersignature.issuer !== exchange.id)
    throw new ArchiveError(
      'copy-countersignature',
      'the countersignature is not in the name of the exchange',
    );
  if (!isSlotStart(charter, countersignature.iat))
    throw new ArchiveError(
      'copy-countersignature',
      'the countersignature bears a time at which no slot starts',
    );
  if (!signingKeysOf(exchange).some((key) => isSignedBy(countersignature, key, primitives)))
    throw new ArchiveError('copy-countersignature', 'the countersignature is not by the exchange');
  // The same identity with other signature bytes, or a second countersignature: which of them was recorded would be open.
  if (known !== undefined && known.jws !== copy.jws) {
    throw new ArchiveError('copy-statement', 'the statement is kept with another signature');
  }
  if (known !== undefined && known.countersignature !== null) {
    throw new ArchiveError('copy-countersignature', 'the statement is kept with another countersignature');
  }
}

function isSignedBy(countersignature: Countersignature, key: Uint8Array, primitives: Primitives): boolean {
  try {
    verifyCountersignature(countersignature, key, primitives);
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}

/** Sealed anew, for this zone. The issuer has its own openings and gets none; the counterpart must get all ten. */
function openingsOf(copy: StatementCopy, statement: Statement, context: CopyContext): KeptOpenings | null {
  const { organisation, vault, primitives } = context;
  if (statement.issuer === organisation || copy.disclosures === null) return null;
  const claims = openAll(statement, copy.disclosures, primitives.sha256);
  if (!concerns(claims, statement.issuer, organisation)) {
    throw new ArchiveError('copy-openings', 'the statement is not about a document of this organisation');
  }
  return {
    sealed: vault.seal(encodeOpenings(copy.disclosures)),
    message: messageHash(claims.message, vault),
  };
}

function concerns(claims: Claims, issuer: string, organisation: string): boolean {
  const isParty = claims.sender_org === organisation || claims.recipient_org === organisation;
  return isParty && mayState(factsOf(claims).event, issuer, claims);
}

function checkRecording(
  { jws, countersignature, recording }: StatementCopy,
  item: LoggedItem,
  { charter, paths, primitives: { sha256 } }: CopyContext,
): void {
  if (recording.by !== exchangeOf(charter).id) {
    throw new ArchiveError('copy-recording', 'the exchange offers a recording of somebody else');
  }
  const leaf = statementLeaf(jws, countersignature, sha256);
  if (!paths.leadsTo(item.root, leaf, recording.index, recording.path)) {
    throw new ArchiveError('copy-root', 'the path does not lead to the item in the ledger log');
  }
}
