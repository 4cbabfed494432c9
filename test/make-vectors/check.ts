import { formatCharter, formatTrust, parseCharter, parseTrust, trustFingerprint } from '@besure/governance';
import {
  assertCountersigns,
  assertRole,
  decodeBase64url,
  decodeHex,
  encodeHex,
  encodeItem,
  encodeLogEntry,
  openDisclosures,
  parseCloudEvent,
  parseCountersignature,
  parseItem,
  parseLogEntry,
  parseStatement,
  type Primitives,
  ProtocolError,
  rootFromSlotPath,
  splitSdJwt,
  statementLeaf,
  verifyCountersignature,
  verifyStatementSignature,
} from '@besure/protocol';
import { openTrust } from '@besure/verification';
import { createHash } from 'node:crypto';
import { readAccusation } from './check-accusation.ts';
import { readDecision } from './check-decision.ts';
import { LOG_READERS } from './check-log.ts';
import { readRightsLeaves } from './check-rights-leaves.ts';
import { readRights } from './check-rights.ts';
import { readSlot } from './check-slot.ts';
import { readTimeStamp } from './check-time-stamp.ts';
import { nodePrimitives } from '../../libs/verification/src/contract/node-primitives.ts';
import { verifyP256 } from '../../libs/protocol/test/material.ts';

// What a reader of each format does with a vector, by the public face of the libraries. It gives what a valid vector
// says beside its input, and throws for an invalid one.

type Content = Readonly<Record<string, unknown>>;
type Reader = (content: Content) => Content;

function sha256(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}

const primitives: Primitives = {
  sha256,
  sha3_512: (data) => createHash('sha3-512').update(data).digest(),
  verifyP256,
  verifyEd25519: () => false,
  verifyMlDsa44: () => false,
};

export const READERS: Readonly<Record<string, Reader>> = {
  ...LOG_READERS,

  charter: ({ text }) => ({ canonical: formatCharter(parseCharter(text as string)) }),

  'time-stamp': readTimeStamp,

  trust: ({ text }) => {
    const trust = parseTrust(text as string);
    return { canonical: formatTrust(trust), fingerprint: encodeHex(trustFingerprint(trust, sha256)) };
  },

  'trust-log': ({ text }) => {
    const { network, charter, confirmedAt } = openTrust(text as string, nodePrimitives);
    return { network, confirmed: confirmedAt, charter: formatCharter(charter) };
  },

  'document-event': ({ event }) => ({ ...parseCloudEvent(event) }),

  statement: ({ sdJwt, publicKey }) => {
    const { jws, disclosures } = splitSdJwt(sdJwt as string);
    const statement = parseStatement(jws, sha256);
    verifyStatementSignature(statement, decodeBase64url(publicKey as string), primitives);
    const { id, issuer, iat } = statement;
    const claims = openDisclosures(statement, disclosures, sha256);
    assertRole(issuer, claims);
    return { jws, disclosures, id, issuer, iat, claims };
  },

  countersignature: ({ jws, publicKey, statement: countersigned }) => {
    const countersignature = parseCountersignature(jws as string);
    assertCountersigns(countersignature, countersigned as { readonly id: string; readonly iat: number });
    verifyCountersignature(countersignature, decodeBase64url(publicKey as string), primitives);
    const { statement, issuer, iat, checked, tolerance } = countersignature;
    return { content: { statement, issuer, iat, checked, tolerance } };
  },

  item: ({ hex }) => {
    const { slot, root } = parseItem(decodeHex(hex as string));
    return { hex: encodeHex(encodeItem({ slot, root })), slot, root: encodeHex(root) };
  },

  'log-entry': ({ hex }) => {
    const entry = parseLogEntry(decodeHex(hex as string));
    const { publisher, height, item } = entry;
    return {
      hex: encodeHex(encodeLogEntry(entry)),
      publisher: encodeHex(publisher),
      height,
      item: encodeHex(item),
    };
  },

  accusation: readAccusation,

  decision: readDecision,

  rights: readRights,

  'rights-leaves': readRightsLeaves,

  slot: readSlot,

  'slot-tree': ({ jws, countersignature, index, path, root }) => {
    const leaf = statementLeaf(jws as string, countersignature as string | null, sha256);
    const reached = rootFromSlotPath(leaf, index as number, (path as string[]).map(decodeHex), sha256);
    if (encodeHex(reached) !== root) throw new ProtocolError('slot-path', 'another root');
    return { leaf: encodeHex(leaf) };
  },
};
