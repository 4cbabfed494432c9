import { printableLines } from '@besure/dev-env/printable';
import { type Change, type Charter, type NoteContent, prepareNote } from '@besure/governance';
import { KeyError, loadSeatKey, openSeatProgram, type SeatSigner } from '@besure/keys';
import { attachSignature, encodeBase64url } from '@besure/protocol';
import { CliError } from '../cli-error.js';
import { confirmed } from '../confirmation.js';
import { EXIT } from '../exit-codes.js';
import type { Io } from '../io.js';
import { passphraseFrom } from '../passphrase.js';
import { type Hub, HubRefusal } from './hub.js';
import { differenceText } from './text.js';

/** A seat whose key is opened, and the member that it speaks for by the charter of now. */
export interface OpenSeat {
  readonly signer: SeatSigner;
  readonly key: string;
  readonly member: string;
}

/** Where a seat's key is: in a file that a passphrase opens, or with a program. */
export type SeatPlace =
  { readonly file: string; readonly passphraseFile: string | undefined } | { readonly program: string };

/** Opens a seat. Throws a CliError where it cannot be opened, or is no seat of a member. */
export async function openSeat(place: SeatPlace, charter: Charter, io: Io): Promise<OpenSeat> {
  const signer = await asUnreadable(() => signerAt(place, io));
  const key = encodeBase64url(signer.publicKey);
  const member = charter.organisations.find(({ seats }) =>
    seats.some((seat) => seat.key === key && seat.until === null),
  );
  if (member === undefined) {
    const name = 'program' in place ? place.program : place.file;
    throw new CliError(EXIT.failed, `${name} is no seat of a member, or not any more: ${key}`);
  }
  return { signer, key, member: member.id };
}

async function signerAt(place: SeatPlace, io: Io): Promise<SeatSigner> {
  if ('program' in place) return openSeatProgram(place.program);
  return loadSeatKey(place.file, await passphraseFrom(place.passphraseFile, io));
}

async function asUnreadable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    throw new CliError(EXIT.unreadable, error.message, { cause: error });
  }
}

/** What a change would do to the charter as that hub has it, or why it would do nothing, for people. */
export async function effectText(hub: Hub, change: Change): Promise<string[]> {
  try {
    return (await hub.preview(change)).map((difference) => `  ${differenceText(difference)}`);
  } catch (error) {
    if (!(error instanceof HubRefusal)) throw error;
    return [`  nothing by now: ${error.message}`];
  }
}

/** What was signed and handed in. */
export interface HandedIn {
  readonly id: string;
  readonly note: NoteContent;
  readonly signed: string;
}

/**
 * Shows what is to be signed, asks whether it shall be, signs it with the seat and hands it in. What is shown is what is signed: the note
 * itself, not what a hub tells of it.
 */
export async function signAndHandIn(
  hub: Hub,
  { signer, key, member }: OpenSeat,
  content: NoteContent,
  explanation: readonly string[],
  { io, yes }: { readonly io: Io; readonly yes: boolean },
): Promise<HandedIn> {
  const shown = [
    `to be signed by ${member}:`,
    JSON.stringify(content, null, 2),
    ...explanation,
    `handed in at ${hub.url}`,
  ];
  io.err(`${printableLines(shown.join('\n'))}\n`);
  if (!yes) await confirmed('sign it?');
  const input = prepareNote(content, key);
  const signed = attachSignature(input, await asUnreadable(() => signer.sign(input)));
  return { id: await hub.carry(signed), note: content, signed };
}
