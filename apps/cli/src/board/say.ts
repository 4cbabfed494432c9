import { createHash } from 'node:crypto';
import { type NoteContent, VOTE_NUMBERS } from '@besure/governance';
import { encodeBase64url } from '@besure/protocol';
import { CliError, UsageError } from '../cli-error.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { readBytes } from '../files.js';
import type { Io } from '../io.js';
import { onlyArgument, parseOptions, required } from '../parse-options.js';
import { changeOf } from './change-argument.js';
import type { Hub } from './hub.js';
import type { Rights } from './hub-answers.js';
import { type KnownProposal, proposalNamed } from './proposal-named.js';
import { effectText, openSeat, type OpenSeat, type SeatPlace, signAndHandIn } from './sign.js';
import { differenceText, proposalText } from './text.js';
import { fingerprint, hubAt, withIdsMarked } from './verb.js';

const OPTIONS = {
  seat: { type: 'string' },
  'passphrase-file': { type: 'string' },
  'seat-program': { type: 'string' },
  genesis: { type: 'string' },
  url: { type: 'string' },
  yes: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;
const USAGE =
  '(--seat FILE [--passphrase-file FILE] | --seat-program FILE) [--genesis HASH] [--url URL] [--yes] [--json]';

/** `propose CHANGE`: asks the board for a change. To propose is not to vote. */
export const propose: Command = {
  usage: [`rights propose CHANGE [--life BLOCKS] [--minute FILE] ${USAGE}`],
  async run(args, io) {
    const { values, positionals } = parseOptions(args, {
      ...OPTIONS,
      life: { type: 'string' },
      minute: { type: 'string' },
    });
    const change = changeOf(positionals);
    const life =
      values.life === undefined ? null : wholeNumber(values.life, '--life must be a number of blocks');
    const minute = values.minute === undefined ? null : hashOf(values.minute);
    return speak(values, io, async ({ hub, rights, seat, say }) => {
      const content: NoteContent = {
        kind: 'proposal',
        network: rights.network,
        member: seat.member,
        state: rights.version,
        expires: rights.ledger.tip + (life ?? rights.board.longestLifeBlocks),
        minute,
        change,
      };
      // What cannot be is not proposed: the hub says why.
      const differences = await hub.preview(change);
      const effect = differences.map((difference) => `  ${differenceText(difference)}`);
      return say(content, ['it would change, by what the hub has:', ...effect]);
    });
  },
};

/** `vote ID for|against`: until the decision a later vote of the member takes the place of this one. */
export const vote: Command = {
  usage: [`rights vote ID for|against [--number NUMBER] ${USAGE}`],
  async run(args, io) {
    const { values, positionals } = parseOptions(withIdsMarked(args), {
      ...OPTIONS,
      number: { type: 'string' },
    });
    const [id, choice, ...rest] = positionals;
    if (id === undefined || (choice !== 'for' && choice !== 'against') || rest.length > 0)
      throw new UsageError('an ID, and for or against');
    const number =
      values.number === undefined ? null : wholeNumber(values.number, '--number must be that of a vote');
    return speak(values, io, async ({ hub, rights, seat, say }) => {
      const shown = await proposalNamed(hub, id);
      const before = lastVote(shown, seat.member);
      const content: NoteContent = {
        kind: 'vote',
        network: rights.network,
        member: seat.member,
        state: shown.note.state,
        proposal: shown.id,
        // Whoever asks for one knows of a vote that this hub was not handed.
        number: number ?? nextNumber(shown, seat.member),
        choice,
      };
      return say(content, [
        'on the proposal',
        JSON.stringify(shown.note, null, 2),
        ...(before === undefined ? [] : [`in the place of its vote ${before.choice}${before.standing}`]),
        'which would change, by what the hub has:',
        ...(await effectText(hub, shown.note.change)),
      ]);
    });
  },
};

/** Above all votes of the member that are known, as far as numbers may run ahead of the one that counts. */
function nextNumber(shown: KnownProposal, member: string): number {
  const counts = shown.votes.find((one) => one.member === member)?.number ?? 0;
  return Math.min((lastVote(shown, member)?.number ?? 0) + 1, counts + VOTE_NUMBERS);
}

/** The member's vote with the highest number, whether it counts already or is on its way. */
function lastVote(
  { votes, pending }: Pick<KnownProposal, 'votes' | 'pending'>,
  member: string,
): { readonly choice: string; readonly number: number; readonly standing: string } | undefined {
  return [
    ...votes.map((one) => ({ ...one, standing: '' })),
    ...(pending ?? []).map((one) => ({ ...one, standing: ', which waits for a final block' })),
  ]
    .filter((one) => one.member === member)
    .sort((one, other) => other.number - one.number)[0];
}

/** `withdraw ID`: takes a proposal of one's own back. */
export const withdraw: Command = {
  usage: [`rights withdraw ID ${USAGE}`],
  async run(args, io) {
    const { values, positionals } = parseOptions(withIdsMarked(args), OPTIONS);
    const id = onlyArgument(positionals, 'ID');
    return speak(values, io, async ({ hub, rights, seat, say }) => {
      const shown = await proposalNamed(hub, id);
      const content: NoteContent = {
        kind: 'withdrawal',
        network: rights.network,
        member: seat.member,
        proposal: shown.id,
      };
      return say(content, ['of', ...proposalText(shown)]);
    });
  },
};

interface Speaking {
  readonly hub: Hub;
  readonly rights: Rights;
  readonly seat: OpenSeat;
  readonly say: (content: NoteContent, explanation: readonly string[]) => Promise<number>;
}

interface Values {
  readonly seat?: string;
  readonly 'passphrase-file'?: string;
  readonly 'seat-program'?: string;
  readonly genesis?: string;
  readonly url?: string;
  readonly yes: boolean;
  readonly json: boolean;
}

/** Opens the seat at a hub of the right network, and prints what was said. */
async function speak(values: Values, io: Io, work: (speaking: Speaking) => Promise<number>): Promise<number> {
  const place = seatPlaceOf(values);
  const network = values.genesis === undefined ? null : fingerprint(values.genesis);
  const hub = await hubAt(values.url);
  const [rights, charter] = await Promise.all([hub.rights(), hub.charter()]);
  if (network !== null && rights.network !== network)
    throw new CliError(EXIT.failed, `${hub.url} is a hub of the network ${rights.network}`);
  const seat = await openSeat(place, charter, io);
  return work({
    hub,
    rights,
    seat,
    async say(content, explanation) {
      const { yes, json } = values;
      const handedIn = await signAndHandIn(hub, seat, content, explanation, { io, yes });
      io.out(json ? `${JSON.stringify(handedIn, null, 2)}\n` : `${handedIn.id}\n`);
      return EXIT.ok;
    },
  });
}

function seatPlaceOf({
  seat,
  'seat-program': program,
  'passphrase-file': passphraseFile,
}: Values): SeatPlace {
  if (program === undefined) return { file: required(seat, 'seat'), passphraseFile };
  if (seat !== undefined) throw new UsageError('--seat or --seat-program, not both');
  return { program };
}

function wholeNumber(text: string, rule: string): number {
  if (!/^[1-9][0-9]{0,14}$/.test(text)) throw new UsageError(rule);
  return Number(text);
}

/** The paper stays where it is: its hash alone goes into the ledger. */
function hashOf(path: string): string {
  return encodeBase64url(createHash('sha256').update(readBytes(path)).digest());
}
