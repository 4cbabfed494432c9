import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatTrust, isTrustLog, parseTrust } from '@besure/governance';
import { decodeBase64url, encodeBase64url } from '@besure/protocol';
import type { VerdictCode } from '../codes.js';
import { EVIDENCE_CASES } from './cases.ts';

/** Where the evidence vectors are. */
export const EVIDENCE_VECTORS: string = new URL('../../../../vectors/evidence', import.meta.url).pathname;

/** One vector: an evidence file, what it is verified under, and the code that it must get. */
export interface EvidenceVector {
  readonly comment: string;
  readonly code: VerdictCode;
  /** The trust file, in the folder `trust` beside. */
  readonly trust: string;
  /** base64url; only where a document is at hand. */
  readonly document?: string;
  readonly evidence: string;
}

/** All vector files as the generator makes them: contents by path within the folder. */
export function generatedFiles(): Map<string, string> {
  const files = new Map<string, string>();
  const trustFiles = new Map<string, string>();
  for (const { name, comment, code, make } of EVIDENCE_CASES) {
    const { evidence, trust, document } = make();
    const trustFile = trustFiles.get(trust) ?? unusedName(files, nameOfTrust(trust) ?? name, name);
    trustFiles.set(trust, trustFile);
    const vector: EvidenceVector = {
      comment,
      code,
      trust: trustFile,
      ...(document === undefined ? {} : { document: encodeBase64url(document) }),
      evidence,
    };
    files.set(trustFile, isTrustLog(trust) ? trust : formatTrust(parseTrust(trust)));
    files.set(
      `${code === 'proven' ? 'valid' : 'invalid'}/${name}.json`,
      `${JSON.stringify(vector, null, 2)}\n`,
    );
  }
  return files;
}

/** One of version 0 is named after its quorum; where another has that name already, after the case that it is for. */
function unusedName(files: ReadonlyMap<string, string>, name: string, otherName: string): string {
  const path = `trust/${name}.json`;
  return files.has(path) ? `trust/${otherName}.json` : path;
}

function nameOfTrust(trust: string): string | null {
  if (isTrustLog(trust)) return null;
  const { hubs, witnesses, quorum, leastAssurance } = parseTrust(trust).charter;
  const ofWitnesses = witnesses.length === 0 ? '' : `-and-${quorum.witnesses}-of-${witnesses.length}`;
  return `${quorum.hubs}-of-${hubs.length}${ofWitnesses}-${leastAssurance}`;
}

const FOLDERS = ['valid', 'invalid', 'trust'];

/** All vector files as they are on disk. */
export function storedFiles(): Map<string, string> {
  return new Map(
    FOLDERS.flatMap((folder) =>
      readdirSync(join(EVIDENCE_VECTORS, folder)).map((file): [string, string] => [
        `${folder}/${file}`,
        readFileSync(join(EVIDENCE_VECTORS, folder, file), 'utf8'),
      ]),
    ),
  );
}

/** The vectors on disk, by name. */
export function readVectors(): {
  name: string;
  vector: EvidenceVector;
  trust: string;
  document?: Uint8Array;
}[] {
  const files = storedFiles();
  return [...files]
    .filter(([path]) => !path.startsWith('trust/'))
    .map(([path, content]) => {
      const vector = JSON.parse(content) as EvidenceVector;
      const trust = files.get(vector.trust) ?? '';
      const document = vector.document === undefined ? {} : { document: decodeBase64url(vector.document) };
      return { name: path.replace('.json', ''), vector, trust, ...document };
    });
}
