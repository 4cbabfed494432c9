import {
  type Change,
  type Charter,
  formatCharter,
  formatTrustLog,
  networkOf,
  type NoteContent,
  parseNote,
  prepareNote,
  rightsOriginOf,
} from '@besure/governance';
import {
  attachSignature,
  type CheckpointBody,
  CompactRange,
  encodeBase64url,
  encodeRightsEntry,
  encodeRightsItem,
  formatCheckpoint,
  leafHash,
  NO_TIME,
  noteKey,
  utf8Encode,
} from '@besure/protocol';
import { sha256 } from '@noble/hashes/sha2.js';
import { seedOf } from './keys.ts';
import { hubOf, sealOf, signatureLine, witnessOf } from './network.ts';

/** Who signs a checkpoint when: the times by id, `hub-1` or `archive of alpha`. */
type Times = Readonly<Record<string, number>>;

/** The log of rights of a network with deterministic keys, and trust files over it. */
export class Board {
  readonly network: string;
  readonly entries: Uint8Array[] = [];
  readonly #first: Charter;
  readonly #begun: number;
  #version = 0;
  #height = 0;

  /** `begun` is the time of block 0, in POSIX seconds; blocks are ten seconds apart. */
  constructor(first: Charter, begun: number) {
    this.#first = first;
    this.#begun = begun;
    this.network = networkOf(first, sha256);
  }

  /** Founds the network, in a block of its own. */
  found(height = 10): this {
    return this.put('charter', formatCharter(this.#first), height);
  }

  /** Has a change proposed by alpha, in the block before, and accepted by the votes of alpha and another. */
  decide(change: Change, height: number, other = 'beta'): this {
    const { network } = this;
    const said = { network, state: this.#version } as const;
    const expires = height + 89;
    const proposal = this.note({
      kind: 'proposal',
      ...said,
      member: 'alpha',
      expires,
      minute: null,
      change,
    });
    const { id } = parseNote(proposal, sha256);
    this.put('note', proposal, height - 1);
    for (const member of ['alpha', other])
      this.put(
        'note',
        this.note({ kind: 'vote', ...said, member, proposal: id, number: 1, choice: 'for' }),
        height,
      );
    this.#version += 1;
    return this;
  }

  /** Puts any content into a block of a height, which is not below that of the last. */
  put(kind: 'charter' | 'note', content: string, height: number): this {
    this.#height = height;
    this.entries.push(this.entry(kind, content, height));
    return this;
  }

  /** What an entry would be. */
  entry(kind: 'charter' | 'note', content: string, height: number): Uint8Array {
    const item = encodeRightsItem({ kind, content: utf8Encode(content) });
    const publisher = seedOf('publisher').slice(0, 20);
    return encodeRightsEntry({ publisher, height, time: this.timeAt(height), item });
  }

  /** A note, signed with the seat of its member. */
  note(content: NoteContent): string {
    const seat = sealOf(`seat of ${content.member}`);
    const signingInput = prepareNote(content, encodeBase64url(seat.publicKey));
    return attachSignature(signingInput, seat.sign(utf8Encode(signingInput)));
  }

  /** The time of a block. */
  timeAt(height: number): number {
    return this.#begun + 10 * height;
  }

  /** The head of a log; by default of this one as it stands. */
  head(entries: readonly Uint8Array[] = this.entries, origin = rightsOriginOf(this.#first)): CheckpointBody {
    const range = new CompactRange(sha256);
    for (const entry of entries) range.append(leafHash(entry, sha256));
    return { origin, size: range.size, root: range.root() };
  }

  /** Lines on a checkpoint, in the order of evidence. Who signs as the log does it under the origin's name. */
  lines(times: Times, body: CheckpointBody = this.head(), logName = body.origin): string[] {
    const hubs = Object.entries(times).filter(([id]) => !id.startsWith('archive'));
    const archives = Object.entries(times).filter(([id]) => id.startsWith('archive'));
    const signers = (id: string) => hubOf(id, this.#first.log.origin, `${id}.example/witness`);
    return [
      ...hubs.map(([id]) => {
        const { key, sign } = signers(id).log[0]!;
        const asLog = noteKey('ml-dsa-44', logName, key.publicKey, sha256);
        return signatureLine({ key: asLog, sign }, body, NO_TIME);
      }),
      ...hubs.map(([id, time]) => signatureLine(signers(id).witness[0]!, body, time)),
      ...archives.map(([id, time]) => signatureLine(witnessOf(id.slice('archive of '.length)), body, time)),
    ];
  }

  /** A trust file; by default of the log as it stands, signed by all of the first charter a minute after its last block. */
  trust(
    other: {
      readonly network?: string;
      readonly times?: Times;
      readonly lines?: readonly string[];
      readonly entries?: readonly Uint8Array[];
      readonly head?: CheckpointBody;
    } = {},
  ): string {
    const { network = this.network, entries = this.entries, head = this.head() } = other;
    const { lines = this.lines(other.times ?? this.#allAt(this.timeAt(this.#height) + 60), head) } = other;
    return formatTrustLog({ network, checkpoint: formatCheckpoint(head, lines), entries });
  }

  #allAt(time: number): Times {
    const { hubs, witnesses } = this.#first;
    const ids = [...hubs.map(({ id }) => id), ...witnesses.map(({ id }) => `archive of ${id}`)];
    return Object.fromEntries(ids.map((id) => [id, time]));
  }
}
