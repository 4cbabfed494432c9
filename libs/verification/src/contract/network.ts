import { type Charter, formatTrust, slotIat, slotStartMillis, trustOf } from '@besure/governance';
import { encodeAddress, parseAddressFormat } from '@besure/ledger-tx';
import {
  attachSignature,
  buildSlotTree,
  type CheckpointBody,
  type ClaimName,
  CLAIM_NAMES,
  type Claims,
  claimsOf,
  CompactRange,
  composeSdJwt,
  encodeBase64,
  encodeBase64url,
  encodeItem,
  encodeLogEntry,
  EVIDENCE_FORMAT,
  type EvidenceV1,
  formatCheckpoint,
  formatEvidence,
  formatCheckpointText,
  formatTlogProof,
  inclusionProof,
  leafHash,
  NO_TIME,
  prepareCountersignature,
  prepareStatement,
  type RecordingV1,
  signCheckpoint,
  statementLeaf,
  type TimeStampV1,
  utf8Encode,
} from '@besure/protocol';
import { TEST_AUTHORITY } from '@besure/time-stamp/test-authority';
import { sha256 } from '@noble/hashes/sha2.js';
import { sha3_512 } from '@noble/hashes/sha3.js';
import { type NoteSigner, noteSigner, sealKey, type SealKey, seedOf, testRandom } from './keys.ts';

// A network in memory with deterministic keys: makes evidence that is complete and right, or wrong in one chosen way.

/** 22 November 2026, 10:00:00 UTC. */
export const START = Date.UTC(2026, 10, 22, 10);
const SLOT_MILLIS = 300_000;
const FORMAT = { version: '00afea21', checksum: '953abc69' };

export const DOCUMENT: Uint8Array = utf8Encode('%PDF-1.7 the document that this is all about');

/** How a network differs from the usual one. */
export interface NetworkOptions {
  readonly hubs?: number;
  /** Who runs each hub, where it is not one operator each. */
  readonly operators?: readonly string[];
  /** The archives of these members, and of whoever else, are witnesses. */
  readonly witnesses?: readonly string[];
  /** Who runs each witness, where it is not one group each. */
  readonly groups?: readonly string[];
  readonly quorum?: number | Charter['quorum'];
  readonly leastAssurance?: Charter['leastAssurance'];
  readonly slotMillis?: number;
  /** What else is different about the charter. */
  readonly alter?: (charter: Charter) => Charter;
}

/** A statement in the hands of its issuer. */
export interface MadeStatement {
  readonly id: string;
  readonly issuer: string;
  readonly jws: string;
  readonly disclosures: readonly string[];
}

/** What is different about a statement; by default alpha sent, in slot 100, one minute after its start. */
export interface StatementOptions {
  readonly issuer?: string;
  readonly claims?: Partial<Claims>;
  readonly iat?: number;
  /** Who signs and whose certificate stands in the header, where it is not the issuer. */
  readonly signer?: string;
  readonly certificate?: string;
}

/** An item in the ledger and a leaf in its tree, before a checkpoint covers it. */
export interface Recorded {
  readonly by: string;
  readonly slot: number;
  readonly height: number;
  readonly index: number;
  readonly path: readonly Uint8Array[];
  readonly logIndex: number;
}

export interface HubSigners {
  readonly id: string;
  readonly log: readonly NoteSigner[];
  readonly witness: readonly NoteSigner[];
}

const sealKeys = new Map<string, SealKey>();
const hubSigners = new Map<string, HubSigners>();
const witnessSigners = new Map<string, NoteSigner>();
const signatures = new Map<string, string>();

/** The seal key of anyone, member or not. */
export function sealOf(name: string): SealKey {
  return cached(sealKeys, name, () => sealKey(name));
}

export class Network {
  readonly charter: Charter;
  readonly trust: string;
  readonly #range = new CompactRange(sha256);
  readonly #nodes = new Map<string, Uint8Array>();
  readonly #random: (length: number) => Uint8Array;

  constructor(options: NetworkOptions = {}) {
    this.charter = charterOf(options);
    this.trust = formatTrust(trustOf(this.charter));
    this.#random = testRandom('network');
    // Others were there before: the log is not empty, and its sizes are no powers of two.
    for (let i = 0; i < 11; i++) this.addEntry(seedOf(`earlier entry ${i}`));
  }

  /** The second in which a slot starts. */
  iat(slot: number): number {
    return slotIat(this.charter, slot);
  }

  /** The facts that everyone agrees on: alpha's client sent DOCUMENT to beta's, one minute into slot 100. */
  claims(changes: Partial<Claims> = {}): Claims {
    const facts = claimsOf({
      event: 'sent',
      reason: null,
      time: new Date(slotStartMillis(this.charter, this.charter.slots.base + 100) + 60_123).toISOString(),
      message: 'msg-2026-000123',
      sender: { scheme: 'urn:be:kbo', id: '0123.456.789', organisation: 'alpha' },
      recipient: { scheme: 'urn:be:ssin', id: '85.07.30-033.28', organisation: 'beta' },
      document: {
        mediaType: 'application/pdf',
        size: DOCUMENT.length,
        sha256: encodeBase64url(sha256(DOCUMENT)),
        sha3_512: encodeBase64url(sha3_512(DOCUMENT)),
      },
      corrects: null,
    });
    return { ...facts, ...changes };
  }

  statement(options: StatementOptions = {}): MadeStatement {
    const issuer = options.issuer ?? 'alpha';
    const random = testRandom(`salts of ${issuer} ${JSON.stringify(options)}`);
    const prepared = prepareStatement(
      {
        claims: this.claims(options.claims),
        issuer,
        iat: options.iat ?? this.iat(this.charter.slots.base + 100),
        certificates: [sealOf(options.certificate ?? issuer).certificate],
        salts: CLAIM_NAMES.map(() => random(16)),
      },
      sha256,
    );
    const signature = sealOf(options.signer ?? issuer).sign(utf8Encode(prepared.signingInput));
    const jws = attachSignature(prepared.signingInput, signature);
    return { id: prepared.id, issuer, jws, disclosures: prepared.disclosures };
  }

  countersignature(
    statement: MadeStatement,
    options: {
      readonly checked?: readonly ClaimName[];
      readonly tolerance?: number;
      readonly iat?: number;
      readonly issuer?: string;
      readonly signer?: string;
      readonly statement?: string;
    } = {},
  ): string {
    const signingInput = prepareCountersignature({
      statement: options.statement ?? statement.id,
      issuer: options.issuer ?? 'exchange',
      iat: options.iat ?? this.iat(this.charter.slots.base + 100),
      checked: options.checked ?? CLAIM_NAMES,
      tolerance: options.tolerance ?? 60,
    });
    return attachSignature(signingInput, sealOf(options.signer ?? 'exchange').sign(utf8Encode(signingInput)));
  }

  /** Puts a statement, among some others, into a member's item of a slot, and the item into the log. */
  record(
    by: string,
    statement: MadeStatement,
    countersignature: string | null,
    slot = this.charter.slots.base + 100,
    height = 4711,
  ): Recorded {
    const others = [0, 1, 2].map((i) => seedOf(`leaf ${i} beside ${statement.id}`));
    const leaf = statementLeaf(statement.jws, countersignature, sha256);
    const tree = buildSlotTree([...others, leaf], this.#random, sha256);
    const { index, path } = tree.leaves[3]!;
    const item = encodeItem({ slot, root: tree.root });
    const logIndex = this.addEntry(encodeLogEntry({ publisher: ledgerKeyHash(by), height, item }));
    this.addEntry(seedOf(`entry after ${logIndex}`));
    return { by, slot, height, index, path, logIndex };
  }

  /** Appends an entry to the log; its index. */
  addEntry(entry: Uint8Array): number {
    for (const { level, index, hash } of this.#range.append(leafHash(entry, sha256))) {
      this.#nodes.set(`${level}/${index}`, hash);
    }
    return this.#range.size - 1;
  }

  /** The log's head as it stands. */
  head(): CheckpointBody {
    return { origin: this.charter.log.origin, size: this.#range.size, root: this.#range.root() };
  }

  /**
   * The signature lines of some hubs and witnesses on a checkpoint, in the order of evidence; `times` are their time stamps,
   * by id: `hub-1`, or `archive of alpha`.
   */
  lines(times: Readonly<Record<string, number>>, body: CheckpointBody = this.head()): string[] {
    return this.publishedLines(times, body).filter((line) => line.length > 1000);
  }

  /** The same with the Ed25519 lines that published checkpoints carry too. */
  publishedLines(times: Readonly<Record<string, number>>, body: CheckpointBody = this.head()): string[] {
    const entries = Object.entries(times);
    const hubs = entries.filter(([id]) => !id.startsWith('archive'));
    return [
      ...hubs.flatMap(([id]) => this.#hub(id).log.map((signer) => signatureLine(signer, body, NO_TIME))),
      ...hubs.flatMap(([id, time]) =>
        this.#hub(id).witness.map((signer) => signatureLine(signer, body, time)),
      ),
      ...entries
        .filter(([id]) => id.startsWith('archive'))
        .map(([id, time]) => signatureLine(witnessOf(id.slice('archive of '.length)), body, time)),
    ];
  }

  /** A recording as it stands in evidence, under a checkpoint over the log as it stands. */
  recording(
    recorded: Recorded,
    lines = this.lines(this.times(recorded.slot)),
    timeStamp: TimeStampV1 | null = null,
  ): RecordingV1 {
    const { by, slot, height, index, path, logIndex } = recorded;
    const body = this.head();
    const log = formatTlogProof({
      index: logIndex,
      proof: this.proof(logIndex),
      checkpoint: formatCheckpoint(body, lines),
    });
    return { by, slot, height, index, path: path.map(encodeBase64), log, timeStamp };
  }

  /** A time stamp over the log as it stands, for something that was recorded in it. */
  timeStamp({ logIndex }: Recorded, seconds: number): TimeStampV1 {
    const checkpoint = formatCheckpointText(this.head());
    return {
      checkpoint,
      proof: this.proof(logIndex).map(encodeBase64),
      token: encodeBase64(TEST_AUTHORITY.stamp(utf8Encode(checkpoint), seconds)),
    };
  }

  /** The inclusion proof of an entry in the log as it stands. */
  proof(logIndex: number): Uint8Array[] {
    const read = (ids: readonly { readonly level: number; readonly index: number }[]): Uint8Array[] =>
      ids.map(({ level, index }) => this.#nodes.get(`${level}/${index}`)!);
    return inclusionProof(logIndex, this.#range.size, read, sha256);
  }

  /** When hubs and witnesses cosign what was recorded in a slot: half a minute after its end, each two seconds later. */
  times(slot: number): Record<string, number> {
    const { slots, hubs, witnesses } = this.charter;
    const end = Math.floor((slotStartMillis(this.charter, slot) + slots.lengthMillis) / 1000);
    const ids = [...hubs.map(({ id }) => id), ...witnesses.map(({ id }) => `archive of ${id}`)];
    return Object.fromEntries(ids.map((id, i) => [id, end + 30 + 2 * i]));
  }

  /** Evidence of the parts; everything is shown unless told otherwise. */
  evidence(
    statement: MadeStatement,
    countersignature: string | null,
    recordings: readonly RecordingV1[],
    show: readonly ClaimName[] = CLAIM_NAMES,
  ): EvidenceV1 {
    const disclosures = statement.disclosures.filter((_, i) => show.includes(CLAIM_NAMES[i]!));
    return {
      format: EVIDENCE_FORMAT,
      statement: composeSdJwt(statement.jws, disclosures),
      countersignature,
      recordings,
    };
  }

  /** Complete evidence: stated by alpha, countersigned, recorded by alpha and by the exchange, all shown. */
  complete(show: readonly ClaimName[] = CLAIM_NAMES): EvidenceV1 {
    const statement = this.statement();
    const countersignature = this.countersignature(statement);
    const byIssuer = this.record('alpha', statement, countersignature);
    const byExchange = this.record('exchange', statement, countersignature);
    return this.evidence(
      statement,
      countersignature,
      [this.recording(byIssuer), this.recording(byExchange)],
      show,
    );
  }

  /** The file of complete evidence. */
  completeFile(): string {
    return formatEvidence(this.complete());
  }

  #hub(id: string): HubSigners {
    return hubOf(id, this.charter.log.origin, `${id}.example/witness`);
  }
}

/** HASH160 of a member's ledger key: any 20 bytes will do. */
export function ledgerKeyHash(member: string): Uint8Array {
  return seedOf(`ledger key of ${member}`).slice(0, 20);
}

function charterOf(options: NetworkOptions): Charter {
  const {
    hubs = 1,
    witnesses = [],
    quorum = Math.floor(hubs / 2) + 1,
    leastAssurance = 'one-hub',
    slotMillis = SLOT_MILLIS,
  } = options;
  const origin = 'besure.example/test/proofs';
  const addressFormat = parseAddressFormat(FORMAT.version, FORMAT.checksum);
  const member = (id: string, name: string, role: 'organisation' | 'exchange') => ({
    id,
    name,
    role,
    from: 0,
    until: null,
    signingKeys: [
      { key: encodeBase64url(sealOf(id).publicKey), from: 0, until: null, compromisedFrom: null },
    ],
    ledgerKeys: [{ address: encodeAddress(ledgerKeyHash(id), addressFormat), from: 0, until: null }],
    seats: [{ key: encodeBase64url(sealOf(`seat of ${id}`).publicKey), from: 0, until: null }],
    suspensions: [],
  });
  const raw = (signer: NoteSigner | undefined): string => encodeBase64url(signer!.key.publicKey);
  const charter: Charter = {
    format: 'besure-charter-v1',
    network: 'test',
    ledger: {
      chain: 'besure-test',
      genesis: '00'.repeat(31) + '01',
      addressVersion: FORMAT.version,
      addressChecksum: FORMAT.checksum,
      streams: { proofs: 'proofs', rights: 'rights' },
      finalDepth: 2,
    },
    log: { origin, checkpointEvery: 1 },
    slots: { base: 1000, startMillis: START, lengthMillis: slotMillis },
    limits: {
      agreementToleranceSeconds: 120,
      countersignatureDeadlineSeconds: 60,
      largestLagSeconds: 86_400,
      slotAheadSeconds: 7200,
      timeStampLagSeconds: 172_800,
    },
    organisations: [
      member('alpha', 'Alpha Social Services', 'organisation'),
      member('beta', 'Beta Tax Administration', 'organisation'),
      member('exchange', 'Example eBox', 'exchange'),
    ],
    hubs: Array.from({ length: hubs }, (_, i) => {
      const id = `hub-${i + 1}`;
      const name = `${id}.example/witness`;
      const { log, witness } = hubOf(id, origin, name);
      return {
        id,
        name,
        operator: options.operators?.[i] ?? `Operator ${i + 1}`,
        provider: `Provider ${i + 1}`,
        nodeAddress: encodeAddress(ledgerKeyHash(`node of ${id}`), addressFormat),
        keys: [
          {
            from: 0,
            until: null,
            log: { mlDsa44: raw(log[0]), ed25519: raw(log[1]) },
            witness: { mlDsa44: raw(witness[0]), ed25519: raw(witness[1]) },
          },
        ],
      };
    }),
    witnesses: witnesses.map((id, i) => ({
      id,
      name: `archive.${id}.example`,
      group: options.groups?.[i] ?? `Group ${i + 1}`,
      keys: [{ from: 0, until: null, mlDsa44: raw(witnessOf(id)) }],
    })),
    quorum: typeof quorum === 'number' ? { hubs: quorum, witnesses: 0 } : quorum,
    timeStampAuthorities: [
      {
        name: 'Example time stamps',
        certificate: encodeBase64(TEST_AUTHORITY.root),
        from: START / 1000,
        until: null,
      },
    ],
    algorithms: { ES256: null, 'ML-DSA-44': null, 'SHA-256': null, 'SHA3-512': null },
    leastAssurance,
    board: {
      rule: { mode: 'majority' },
      hostingCapPercent: 100,
      openProposals: 10,
      longestLifeBlocks: 100_000,
    },
    formerTerms: [],
  };
  return options.alter?.(charter) ?? charter;
}

/** The signer of a member's archive. */
export function witnessOf(id: string): NoteSigner {
  return cached(witnessSigners, id, () =>
    noteSigner('ml-dsa-44', `archive.${id}.example`, `archive of ${id}`),
  );
}

/** The signers of a hub: as the log and as a witness, ML-DSA-44 before Ed25519. */
export function hubOf(id: string, origin: string, name: string): HubSigners {
  return cached(hubSigners, `${id} ${origin} ${name}`, () => ({
    id,
    log: [noteSigner('ml-dsa-44', origin, id), noteSigner('ed25519-log', origin, id)],
    witness: [noteSigner('ml-dsa-44', name, id), noteSigner('ed25519-cosignature', name, id)],
  }));
}

/** One signature line; each is computed once, as ML-DSA-44 in JavaScript takes its time. */
export function signatureLine({ key, sign }: NoteSigner, body: CheckpointBody, time: number): string {
  const id = [key.name, key.keyId, time, body.origin, body.size, encodeBase64(body.root)].join(' ');
  return cached(signatures, id, () => signCheckpoint(key, body, time, sign));
}

function cached<T>(cache: Map<string, T>, id: string, make: () => T): T {
  const known = cache.get(id);
  if (known !== undefined) return known;
  const made = make();
  cache.set(id, made);
  return made;
}
