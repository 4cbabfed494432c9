import { type Charter, countedAs } from '@besure/governance';
import type { Primitives } from '@besure/protocol';
import { type Cosigner, openTrust, TrustError } from '@besure/verification';
import { type Accusation, parseAccusation } from './accusation.js';
import { assertThat, AUDIT_CODES, type AuditCode, type Lie, LIES, NotProven } from './codes.js';
import { CONTRADICTIONS, isSignedBy } from './contradiction.js';
import { holdExhibit } from './exhibit.js';

/** Who is accused: by its key name, as the trust file knows it. */
export interface Accused extends Cosigner {
  readonly name: string;
  /** Who really runs it, as the trust file spells it. */
  readonly runBy: string;
}

/** What an audit found. */
export interface Judgement {
  readonly result: 'proven' | 'not-proven';
  readonly code: AuditCode;
  /** The sentence that belongs to the code or the lie, and what in particular was found. */
  readonly message: string;
  /** `null` where the trust file knows nobody of that name. */
  readonly accused: Accused | null;
  /** What it is accused of; `null` where the file does not say. */
  readonly lie: Lie | null;
}

/**
 * Judges an accusation under a trust file: one synchronous call without network, clock or state. Never throws: why an
 * accusation is not proven is in the judgement, with a code of AUDIT_CODES.
 */
export function audit(accusation: string, trust: string, primitives: Primitives): Judgement {
  return judgedBy(() => charterOf(trust, primitives), accusation, primitives);
}

/** The same under a charter, for whoever has followed the log of rights, and needs no file to know it. */
export function auditUnder(accusation: string, charter: Charter, primitives: Primitives): Judgement {
  return judgedBy(() => charter, accusation, primitives);
}

function judgedBy(open: () => Charter, accusation: string, primitives: Primitives): Judgement {
  let parsed: Accusation | null = null;
  let accused: Accused | null = null;
  try {
    const charter = open();
    parsed = parseAccusation(accusation);
    accused = cosignerOf(parsed.accused, charter);
    assertThat(accused !== null, 'accused-unknown', parsed.accused);
    const signed = holdExhibit(parsed.signed, charter, primitives);
    const against = parsed.against === null ? null : holdExhibit(parsed.against, charter, primitives);
    assertThat(isSignedBy(signed, accused), 'not-signed');
    CONTRADICTIONS[parsed.lie]({ accused, charter, signed, against });
    return { result: 'proven', code: 'proven', message: LIES[parsed.lie], accused, lie: parsed.lie };
  } catch (cause) {
    // Whatever goes wrong, nobody is found guilty by it.
    const { code, message } = cause instanceof NotProven ? cause : new NotProven('exhibits-unfit');
    return {
      result: 'not-proven',
      code,
      message: message === '' ? AUDIT_CODES[code] : `${AUDIT_CODES[code]} (${message})`,
      accused,
      lie: parsed?.lie ?? null,
    };
  }
}

function charterOf(trust: string, primitives: Primitives): Charter {
  try {
    return openTrust(trust, primitives).charter;
  } catch (cause) {
    const code = cause instanceof TrustError ? cause.code : 'trust-malformed';
    throw new NotProven(code, '', { cause });
  }
}

/** A hub or witness by its key name, which no two of them share. */
function cosignerOf(name: string, { hubs, witnesses }: Charter): Accused | null {
  const hub = hubs.find((known) => known.name === name);
  if (hub !== undefined) return accusedOf('hub', hub, hub.operator);
  const witness = witnesses.find((known) => known.name === name);
  return witness === undefined ? null : accusedOf('witness', witness, witness.group);
}

function accusedOf(
  kind: Accused['kind'],
  { id, name }: { readonly id: string; readonly name: string },
  runBy: string,
): Accused {
  return { kind, id, name, runBy, party: countedAs(runBy) };
}
