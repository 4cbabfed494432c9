import {
  type Charter,
  exchangeOf,
  isSlotStart,
  type Organisation,
  organisation,
  type SigningKey,
  signingKeyOf,
} from '@besure/governance';
import {
  assertCountersigns,
  assertRole,
  type Countersignature,
  openDisclosures,
  parseCountersignature,
  parseEvidence,
  parseStatement,
  type Primitives,
  type RecordingV1,
  splitSdJwt,
  type Statement,
  verifyStatementSignature,
} from '@besure/protocol';
import { documentMatches } from './document.js';
import { TrustError } from './error.js';
import { badVerdict, type Finding, goodVerdict } from './finding.js';
import { countersigningKeys, keyInForce } from './member-keys.js';
import { type OpenedTrust, openTrust } from './open-trust.js';
import { acceptability } from './policy.js';
import { verifyRecording } from './recording.js';
import { assertThat, Refusal, refuseAs } from './refusal.js';
import type { Check, CheckName, Verdict } from './verdict.js';

/** What {@link verify} needs beside the two files. */
export interface VerifyOptions {
  /** The document itself, where there is one to compare. */
  readonly document?: Uint8Array;
  readonly primitives: Primitives;
}

/**
 * Verifies an evidence file under a trust file, or one that was opened already: one synchronous call without network, clock or state. Never throws: what is
 * wrong with the evidence, or even with the trust file, is in the verdict, with a code of VERDICT_CODES.
 */
export function verify(evidence: string, trust: string | OpenedTrust, options: VerifyOptions): Verdict {
  const checks: Check[] = [];
  const check = <T>(name: CheckName, step: () => T): T => {
    try {
      const value = step();
      checks.push({ name, ok: true });
      return value;
    } catch (cause) {
      checks.push({ name, ok: false });
      throw cause;
    }
  };
  try {
    const finding = examine(evidence, trust, options, check);
    const judged = acceptability(finding, options.document !== undefined);
    return goodVerdict(finding, judged, [...checks, ...judged.checks]);
  } catch (cause) {
    const refusal = cause instanceof Refusal ? cause : new Refusal('unverifiable', '', { cause });
    return badVerdict(refusal, checks);
  }
}

type RunCheck = <T>(name: CheckName, step: () => T) => T;

/** Everything that must hold for evidence not to be bad. Throws a refusal at the first thing that does not. */
function examine(
  evidenceText: string,
  trust: string | OpenedTrust,
  options: VerifyOptions,
  check: RunCheck,
): Finding {
  const { primitives, document } = options;
  const { charter, confirmedAt } = check('trust', () =>
    typeof trust === 'string' ? opened(trust, primitives) : trust,
  );
  const evidence = check('evidence', () => refuseAs('evidence-malformed', () => parseEvidence(evidenceText)));
  const { statement, disclosures } = check('statement', () => readStatement(evidence.statement, primitives));
  const exchange = refuseAs('trust-malformed', () => exchangeOf(charter));
  const issuer = check('issuer', () => issuerOf(statement, charter));
  const issuerKey = check('certificate', () => keyOf(statement, issuer));
  check('statement-signature', () =>
    refuseAs('statement-signature', () =>
      verifyStatementSignature(statement, statement.certificateKey, primitives),
    ),
  );
  const claims = check('disclosures', () =>
    refuseAs('disclosure-invalid', () => openDisclosures(statement, disclosures, primitives.sha256)),
  );
  check('event', () => refuseAs('event-not-allowed', () => assertRole(statement.issuer, claims)));
  check('signing-time', () => assertThat(isSlotStart(charter, statement.iat), 'signing-time-invalid'));

  const agreement =
    evidence.countersignature === null
      ? null
      : check('countersignature', () =>
          readAgreement(evidence.countersignature ?? '', statement, exchange, charter, primitives),
        );
  const countersignature = agreement?.countersignature ?? null;
  const recordings = recordersOf(evidence.recordings, issuer, exchange, check).map(
    ([name, recorder, recording]) =>
      check(name, () =>
        verifyRecording(recording, recorder, statement, countersignature, charter, primitives),
      ),
  );
  const agreed = recordings.filter(({ countersigned }) => countersigned);
  if (agreement !== null)
    check('countersignature-recorded', () => assertThat(agreed.length > 0, 'countersignature-unrecorded'));
  const keys = [check('issuer-key', () => keyInForce(issuer, [issuerKey], recordings))];
  if (agreement !== null)
    keys.push(check('exchange-key', () => keyInForce(exchange, agreement.keys, agreed)));
  if (document !== undefined && claims.document !== undefined) {
    const claimed = claims.document;
    check('document', () => assertThat(documentMatches(document, claimed, primitives), 'document-differs'));
  }
  return { charter, confirmedAt, statement, claims, countersignature, recordings, keys };
}

function opened(trust: string, primitives: Primitives): OpenedTrust {
  try {
    return openTrust(trust, primitives);
  } catch (cause) {
    const code = cause instanceof TrustError ? cause.code : 'trust-malformed';
    throw new Refusal(code, cause instanceof Error ? cause.message : '', { cause });
  }
}

function readStatement(
  text: string,
  { sha256 }: Primitives,
): { readonly statement: Statement; readonly disclosures: readonly string[] } {
  return refuseAs(
    'statement-malformed',
    () => {
      const { jws, disclosures } = splitSdJwt(text);
      return { statement: parseStatement(jws, sha256), disclosures };
    },
    // A signature that is not in its one form, such as one with a high s.
    { 'statement-signature': 'statement-signature' },
  );
}

function issuerOf({ issuer }: Statement, charter: Charter): Organisation {
  const found = refuseAs('issuer-unknown', () => organisation(charter, issuer));
  // In this version the exchange states nothing itself: it would countersign its own word.
  assertThat(found?.role === 'organisation', 'issuer-unknown', issuer);
  return found;
}

/** The issuer's entry for the key in the certificate: whether it was in force is judged by where the statement was recorded. */
function keyOf({ certificateKey }: Statement, issuer: Organisation): SigningKey {
  const key = signingKeyOf(issuer, certificateKey);
  // The charter's keys are what counts; a certificate that names another one would mislead whoever reads it.
  assertThat(key !== undefined, 'certificate-differs');
  return key;
}

/** A countersignature, and the keys of the exchange under which it verifies. */
interface Agreement {
  readonly countersignature: Countersignature;
  readonly keys: readonly SigningKey[];
}

function readAgreement(
  jws: string,
  statement: Statement,
  exchange: Organisation,
  charter: Charter,
  primitives: Primitives,
): Agreement {
  const countersignature = refuseAs('countersignature-malformed', () => parseCountersignature(jws), {
    'countersignature-signature': 'countersignature-signature',
  });
  assertThat(countersignature.issuer === exchange.id, 'countersigner-unknown', countersignature.issuer);
  assertThat(countersignature.statement === statement.id, 'countersignature-elsewhere');
  const keys = countersigningKeys(countersignature, exchange, primitives);
  assertThat(keys.length > 0, 'countersignature-signature');
  // What is left for it to refuse is one that says it is older than the statement.
  refuseAs('signing-time-invalid', () => assertCountersigns(countersignature, statement));
  assertThat(isSlotStart(charter, countersignature.iat), 'signing-time-invalid');
  return { countersignature, keys };
}

type Recorder = readonly ['issuer-recording' | 'exchange-recording', Organisation, RecordingV1];

/** Whose recordings they are: the issuer's, the exchange's, or both in that order. */
function recordersOf(
  recordings: readonly RecordingV1[],
  issuer: Organisation,
  exchange: Organisation,
  check: RunCheck,
): Recorder[] {
  const [first, second] = recordings;
  return recordings.map((recording) => {
    const isExchange = recording.by === exchange.id;
    const inOrder = recording === first ? second === undefined || !isExchange : isExchange;
    if (!inOrder || (!isExchange && recording.by !== issuer.id)) {
      return check(recording === first ? 'issuer-recording' : 'exchange-recording', () => {
        throw new Refusal('recorder-unknown', recording.by);
      });
    }
    return isExchange ? ['exchange-recording', exchange, recording] : ['issuer-recording', issuer, recording];
  });
}
