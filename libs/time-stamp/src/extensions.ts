import { DerReader, type Element, oidOf, optionalTrue, smallInteger, TAG, wholeElement } from './der.js';
import { malformed } from './error.js';
import { OID } from './oid.js';

/** The extensions of a certificate that are judged here (RFC 5280 section 4.2.1). */
export interface Extensions {
  /** `null` where there is no basicConstraints. */
  readonly authority: { readonly ca: boolean; readonly pathLength: number | null } | null;
  /** Bits of keyUsage by their number; `null`: none, so any use. */
  readonly keyUsage: ReadonlySet<number> | null;
  /** Object identifiers of extKeyUsage; `null`: none, so any purpose. */
  readonly purposes: { readonly critical: boolean; readonly oids: readonly string[] } | null;
  readonly subjectKeyIdentifier: Uint8Array | null;
  /** Critical ones that are not known here. */
  readonly unknownCritical: readonly string[];
}

/** The numbers of the bits of keyUsage. */
export const KEY_USAGE = { digitalSignature: 0, contentCommitment: 1, keyCertSign: 5 } as const;

export const NO_EXTENSIONS: Extensions = {
  authority: null,
  keyUsage: null,
  purposes: null,
  subjectKeyIdentifier: null,
  unknownCritical: [],
};

/** One extension; `value` is the DER in it. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** A SEQUENCE OF Extension, none twice. `list` is its content. */
export function readExtensionList(list: DerReader): Extension[] {
  const all = list.rest().map((element): Extension => {
    if (element.tag !== TAG.sequence) throw malformed('an extension that is no sequence');
    const reader = new DerReader(element.content, 'an extension');
    const oid = oidOf(reader.next(TAG.oid));
    const critical = optionalTrue(reader);
    const value = reader.next(TAG.octetString).content;
    reader.end();
    return { oid, critical, value };
  });
  if (all.length === 0 || new Set(all.map(({ oid }) => oid)).size !== all.length)
    throw malformed('extensions of which there is none, or one twice');
  return all;
}

/** The extensions of a certificate. */
export function readExtensions(reader: DerReader): Extensions {
  const list = readExtensionList(reader.into(TAG.sequence, 'extensions'));
  reader.end();
  const found = { ...NO_EXTENSIONS, unknownCritical: [] as string[] } as {
    -readonly [K in keyof Extensions]: Extensions[K];
  } & { unknownCritical: string[] };
  for (const { oid, critical, value } of list) {
    switch (oid) {
      case OID.basicConstraints:
        found.authority = readBasicConstraints(value);
        break;
      case OID.keyUsage:
        found.keyUsage = readKeyUsage(wholeElement(value, TAG.bitString, 'keyUsage'));
        break;
      case OID.extendedKeyUsage:
        found.purposes = { critical, oids: readPurposes(value) };
        break;
      case OID.subjectKeyIdentifier:
        found.subjectKeyIdentifier = wholeElement(value, TAG.octetString, 'subjectKeyIdentifier').content;
        break;
      case OID.authorityKeyIdentifier: // helps to find the issuer, which its signature names here
      case OID.certificatePolicies: // whose policies count is said by who names the authority
        break;
      default:
        if (critical) found.unknownCritical.push(oid);
    }
  }
  return found;
}

function readBasicConstraints(value: Uint8Array): Extensions['authority'] {
  const what = 'basicConstraints';
  const reader = new DerReader(wholeElement(value, TAG.sequence, what).content, what);
  const ca = optionalTrue(reader);
  const length = reader.optional(TAG.integer);
  reader.end();
  return { ca, pathLength: length === undefined ? null : smallInteger(length) };
}

/** A named bit list: no zero bits at its end (X.690 section 11.2.2). */
function readKeyUsage({ content }: Element): ReadonlySet<number> {
  const [unused, ...bytes] = content;
  const last = bytes.at(-1);
  if (unused === undefined || last === undefined || unused > 7 || bytes.length > 2)
    throw malformed('keyUsage of no bits, or of too many');
  if ((last >> unused) % 2 === 0 || (last & ((1 << unused) - 1)) !== 0)
    throw malformed('keyUsage that is not minimal');
  const set = new Set<number>();
  for (const [i, byte] of bytes.entries())
    for (let bit = 0; bit < 8; bit++) if ((byte & (0x80 >> bit)) !== 0) set.add(i * 8 + bit);
  return set;
}

function readPurposes(value: Uint8Array): readonly string[] {
  const what = 'extKeyUsage';
  const elements = new DerReader(wholeElement(value, TAG.sequence, what).content, what).rest();
  if (elements.length === 0) throw malformed(`${what} of no purpose`);
  return elements.map((element) => {
    if (element.tag !== TAG.oid) throw malformed(`${what} with something else`);
    return oidOf(element);
  });
}
