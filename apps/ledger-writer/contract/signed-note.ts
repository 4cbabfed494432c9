import { networkOf, type NoteContent, prepareNote } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { attachSignature, encodeBase64url, utf8Encode } from '@besure/protocol';
import type { TestCharter, TestMember } from './scripted-network.js';

/** A note that a member's seat has signed; `content` is what a note says beside network and member. */
export function signedNote(network: TestCharter, member: TestMember, content: object): string {
  const said = { network: networkOf(network.charter, nodePrimitives.sha256), member: member.id, ...content };
  const input = prepareNote(said as unknown as NoteContent, encodeBase64url(member.seat.publicKey));
  return attachSignature(input, member.seat.sign(utf8Encode(input)));
}
