import {
  attachSignature,
  type ClaimName,
  encodeBase64url,
  type EvidenceV1,
  formatEvidence,
  type RecordingV1,
  splitSdJwt,
  utf8Decode,
  decodeBase64url,
  utf8Encode,
} from '@besure/protocol';
import { sha256 } from '@noble/hashes/sha2.js';
import type { CaseFiles, EvidenceCase } from './cases.ts';
import {
  type MadeStatement,
  Network,
  type NetworkOptions,
  type Recorded,
  sealOf,
  type StatementOptions,
} from './network.ts';

/** Evidence with one recording, and the parts that it was made of. */
export interface Scene {
  readonly network: Network;
  readonly statement: MadeStatement;
  readonly countersignature: string;
  readonly recorded: Recorded;
  readonly recording: RecordingV1;
  readonly evidence: EvidenceV1;
}

/** How a scene differs from the usual: alpha's statement, countersigned, recorded by alpha. */
export interface SceneOptions {
  readonly network?: NetworkOptions;
  readonly statement?: StatementOptions | ((network: Network) => MadeStatement);
  readonly countersignature?: (network: Network, statement: MadeStatement) => string;
  readonly show?: readonly ClaimName[];
  readonly slot?: number;
  /** The signature lines under the checkpoint. */
  readonly lines?: (network: Network, recorded: Recorded) => string[];
}

export function scene(options: SceneOptions = {}): Scene {
  const network = new Network(options.network);
  const statement =
    typeof options.statement === 'function'
      ? options.statement(network)
      : network.statement(options.statement);
  const countersignature = (options.countersignature ?? ((net, made) => net.countersignature(made)))(
    network,
    statement,
  );
  const recorded = network.record(statement.issuer, statement, countersignature, options.slot);
  const recording = network.recording(recorded, options.lines?.(network, recorded));
  const evidence = network.evidence(statement, countersignature, [recording], options.show);
  return { network, statement, countersignature, recorded, recording, evidence };
}

/** A case whose file is a scene's evidence, changed. */
export function changed(
  name: string,
  comment: string,
  code: EvidenceCase['code'],
  change: (scene: Scene) => EvidenceV1,
  options?: SceneOptions,
): EvidenceCase {
  return {
    name,
    comment,
    code,
    make: () => {
      const made = scene(options);
      return { evidence: formatEvidence(change(made)), trust: made.network.trust };
    },
  };
}

/** A case whose file is a scene's evidence, with its recording changed. */
export function changedRecording(
  name: string,
  comment: string,
  code: EvidenceCase['code'],
  change: (recording: RecordingV1, scene: Scene) => RecordingV1,
  options?: SceneOptions,
): EvidenceCase {
  return changed(
    name,
    comment,
    code,
    (made) => ({ ...made.evidence, recordings: [change(made.recording, made)] }),
    options,
  );
}

/** A case that is a scene's evidence as it is: what is wrong is in how the scene was set. */
export function staged(
  name: string,
  comment: string,
  code: EvidenceCase['code'],
  options: SceneOptions,
  rest: Partial<CaseFiles> = {},
): EvidenceCase {
  return {
    name,
    comment,
    code,
    make: () => {
      const { evidence, network } = scene(options);
      return { evidence: formatEvidence(evidence), trust: network.trust, ...rest };
    },
  };
}

/** A statement whose header and payload texts are changed before it is signed. */
export function reworded(
  network: Network,
  change: { readonly header?: (text: string) => string; readonly payload?: (text: string) => string },
  options?: StatementOptions,
): MadeStatement {
  const { disclosures, issuer, jws } = network.statement(options);
  const [header, payload] = jws.split('.', 2).map((part) => utf8Decode(decodeBase64url(part)));
  const part = (text: string): string => encodeBase64url(utf8Encode(text));
  const same = (text: string): string => text;
  const signingInput = `${part((change.header ?? same)(header!))}.${part((change.payload ?? same)(payload!))}`;
  return {
    id: encodeBase64url(sha256(utf8Encode(signingInput))),
    issuer,
    jws: attachSignature(signingInput, sealOf(issuer).sign(utf8Encode(signingInput))),
    disclosures,
  };
}

/** A statement over other disclosures: for claims that no honest issuer makes. */
export function redisclosed(network: Network, change: (disclosures: string[]) => string[]): MadeStatement {
  const { disclosures } = network.statement();
  const changedDisclosures = change([...disclosures]);
  const digests = changedDisclosures.map((text) => encodeBase64url(sha256(utf8Encode(text)))).sort();
  const made = reworded(network, {
    payload: (text) => text.replace(/"_sd":\[[^\]]*\]/, `"_sd":${JSON.stringify(digests)}`),
  });
  return { ...made, disclosures: changedDisclosures };
}

/** A disclosure of any text. */
export function disclosureOf(text: string): string {
  return encodeBase64url(utf8Encode(text));
}

/** The other signature that verifies wherever this one does: (r, n - s). */
export function highS(jws: string): string {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const at = jws.lastIndexOf('.') + 1;
  const signature = decodeBase64url(jws.slice(at));
  let s = 0n;
  for (const byte of signature.subarray(32)) s = (s << 8n) | BigInt(byte);
  const high = order - s;
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => Number((high >> BigInt(8 * (31 - i))) & 255n));
  return jws.slice(0, at) + encodeBase64url(Uint8Array.of(...signature.subarray(0, 32), ...bytes));
}

/** An SD-JWT with its JWS or disclosures changed. */
export function resplit(
  sdJwt: string,
  change: (parts: { jws: string; disclosures: string[] }) => { jws: string; disclosures: string[] },
): string {
  const { jws, disclosures } = change(splitSdJwt(sdJwt));
  return `${[jws, ...disclosures].join('~')}~`;
}

/** A recording whose log proof text is changed. */
export function relogged(recording: RecordingV1, change: (log: string) => string): RecordingV1 {
  const log = change(recording.log);
  if (log === recording.log) throw new Error('the change changes nothing');
  return { ...recording, log };
}
