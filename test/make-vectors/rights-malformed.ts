import {
  attachSignature,
  concatBytes,
  decodeBase64url,
  encodeBase64url,
  encodeRightsEntry,
  encodeRightsItem,
  utf8Encode,
} from '@besure/protocol';
import { Board } from '../../libs/governance/test/board-at-work.ts';
import { admission, entry, raw, termsWith } from '../../libs/governance/test/board.ts';
import { testBytes, testKey } from '../../libs/protocol/test/material.ts';
import { highS } from './high-s.ts';
import { hub, invalidLog } from './rights-log.ts';
import type { Vector } from './vector.ts';

const KEY = testKey('alpha seat');
const KID = encodeBase64url(KEY.publicKey);
const HEADER = { alg: 'ES256', typ: 'besure-rights-note-v1+jws', kid: KID };

function signed(header: string, payload: string): string {
  const signingInput = [header, payload].map((part) => encodeBase64url(utf8Encode(part))).join('.');
  return attachSignature(signingInput, KEY.sign(utf8Encode(signingInput)));
}

/** Notes that are none: each has one fault in its form, and a signature that is right. */
export function malformedNotes(): Vector[] {
  const board = new Board();
  const { network } = board.state;
  const [founding] = board.entries;
  const proposal = {
    kind: 'proposal',
    network,
    member: 'alpha',
    state: 0,
    expires: 100,
    minute: null,
    change: admission('gamma'),
  };
  const vote = {
    kind: 'vote',
    network,
    member: 'alpha',
    state: 0,
    proposal: 'A'.repeat(43),
    number: 1,
    choice: 'for',
  };
  const good = signed(JSON.stringify(HEADER), JSON.stringify(proposal));
  const dot = good.lastIndexOf('.');
  // A body of so many that the note becomes too long, and nothing else is wrong with its form.
  const organisations: string[] = [];
  let tooLong = good;
  while (tooLong.length <= 64_000) {
    organisations.push(`${'o'.repeat(60)}${100 + organisations.length}`);
    const rule = { mode: 'hybrid', organisations, atLeast: 1, including: [] } as const;
    const change = termsWith({ board: { ...board.state.charter.board, rule } });
    tooLong = signed(JSON.stringify(HEADER), JSON.stringify({ ...proposal, change }));
  }
  const wrong = (name: string, comment: string, jws: string, field?: string): Vector =>
    invalidLog(`malformed-${name}`, comment, { code: 'malformed', ...(field !== undefined && { field }) }, [
      founding!,
      entry(11, { jws }),
    ]);
  const header = (name: string, comment: string, text: string, field?: string): Vector =>
    wrong(`header-${name}`, comment, signed(text, JSON.stringify(proposal)), field);
  const payload = (name: string, comment: string, value: object | string, field?: string): Vector =>
    wrong(
      name,
      comment,
      signed(JSON.stringify(HEADER), typeof value === 'string' ? value : JSON.stringify(value)),
      field,
    );
  return [
    wrong('two-parts', 'No signature.', good.slice(0, dot)),
    wrong('four-parts', 'A part too many.', `${good}.AA`),
    wrong('padding', 'Base64url with padding.', `${good}=`),
    wrong('line-end', 'A newline behind it.', `${good}\n`),
    wrong(
      'high-s',
      'The twin of a signature, with a high s.',
      `${good.slice(0, dot)}.${encodeBase64url(highS(decodeBase64url(good.slice(dot + 1))))}`,
    ),
    wrong(
      'der-signature',
      'A signature of 70 bytes.',
      `${good.slice(0, dot)}.${encodeBase64url(testBytes('der', 70))}`,
    ),
    wrong('too-long', 'Longer than 64 000 characters.', tooLong),
    header('algorithm', 'Another algorithm.', JSON.stringify({ ...HEADER, alg: 'ES384' })),
    header('type', 'Another type.', JSON.stringify({ ...HEADER, typ: 'JWT' })),
    header(
      'order',
      'Its members in another order.',
      JSON.stringify({ typ: HEADER.typ, alg: HEADER.alg, kid: KID }),
    ),
    header('surplus', 'A member too many.', JSON.stringify({ ...HEADER, crit: [] })),
    header('no-kid', 'No key.', JSON.stringify({ alg: HEADER.alg, typ: HEADER.typ }), 'kid'),
    header(
      'compressed-kid',
      'A compressed point.',
      JSON.stringify({ ...HEADER, kid: encodeBase64url(testBytes('x', 33)) }),
      'kid',
    ),
    payload('no-json', 'No JSON.', '{'),
    payload('space', 'White space between tokens.', JSON.stringify(proposal, null, 1)),
    payload('order', 'Members in another order.', Object.fromEntries(Object.entries(proposal).toReversed())),
    payload(
      'number-form',
      'A number in another form.',
      JSON.stringify(proposal).replace('"state":0', '"state":0e0'),
    ),
    payload('minus-zero', 'Minus zero.', JSON.stringify(proposal).replace('"state":0', '"state":-0')),
    payload(
      'member-twice',
      'A member twice.',
      JSON.stringify(proposal).replace('"state":0', '"state":1,"state":0'),
    ),
    payload('kind', 'An unknown kind.', { ...vote, kind: 'veto' }, 'kind'),
    payload('missing', 'A member is missing.', { ...proposal, minute: undefined }, 'minute'),
    payload('surplus', 'A member too many: no free text.', { ...proposal, comment: 'please' }, 'comment'),
    payload('minute', 'A minute that is no hash.', { ...proposal, minute: 'minutes of 3 May' }, 'minute'),
    payload(
      'change-kind',
      'An unknown change.',
      { ...proposal, change: { kind: 'dissolve' } },
      'change.kind',
    ),
    payload(
      'change-surplus',
      'A member too many in a change.',
      { ...proposal, change: { ...admission('gamma'), role: 'exchange' } },
      'change.role',
    ),
    payload(
      'no-seats',
      'A member without seats.',
      { ...proposal, change: { ...admission('gamma'), seats: [] } },
      'change.seats',
    ),
    payload(
      'cap-zero',
      'A hosting cap of 0 %.',
      { ...proposal, change: termsWith({ board: { ...board.state.charter.board, hostingCapPercent: 0 } }) },
      'change.board.hostingCapPercent',
    ),
    payload(
      'cap-101',
      'A hosting cap of 101 %.',
      { ...proposal, change: termsWith({ board: { ...board.state.charter.board, hostingCapPercent: 101 } }) },
      'change.board.hostingCapPercent',
    ),
    payload(
      'provider-cyrillic',
      'A provider whose name has a Cyrillic letter that looks Latin.',
      { ...proposal, change: hub('hub-2', 'S\u0435cond provider') },
      'change.provider',
    ),
    payload(
      'operator-combining-accent',
      'An operator whose name has an accent behind its letter.',
      { ...proposal, change: hub('hub-2', 'Second provider', 'Ope\u0301rator') },
      'change.operator',
    ),
    payload(
      'group-no-break-space',
      'A group whose name has a no-break space.',
      {
        ...proposal,
        change: {
          kind: 'admit-witness',
          witness: 'archive',
          name: 'archive.example',
          group: 'Member\u00a0alpha',
          mlDsa44: raw('archive', 1312),
        },
      },
      'change.group',
    ),
    payload('choice', 'A vote for neither.', { ...vote, choice: 'abstain' }, 'choice'),
    payload('number-zero', 'A vote of number 0.', { ...vote, number: 0 }, 'number'),
    payload(
      'proposal-hash',
      'A proposal whose identity is too short.',
      { ...vote, proposal: 'A'.repeat(42) },
      'proposal',
    ),
  ];
}

/** Bytes that are no entry, or none at their place: a log with one is none. */
export function rightsEntriesThatAreNone(): Vector[] {
  const board = new Board();
  board.propose('alpha', admission('gamma'));
  const [founding, good] = board.entries as [Uint8Array, Uint8Array];
  const none = (name: string, comment: string, bytes: Uint8Array, field?: string): Vector =>
    invalidLog(`entry-${name}`, comment, { code: 'rights-entry', ...(field !== undefined && { field }) }, [
      founding,
      bytes,
    ]);
  const changed = (at: number, ...bytes: number[]): Uint8Array => {
    const copy = good.slice();
    copy.set(bytes, at);
    return copy;
  };
  const note = encodeRightsItem({ kind: 'note', content: utf8Encode('x.y.z') });
  return [
    none('short', 'An entry that is cut off.', good.slice(0, 35)),
    none('magic', 'The magic of an entry of the log of proofs.', changed(2, 0x4c)),
    none('version', 'Another version.', changed(3, 2)),
    none('height', 'A height of 2^53.', changed(24, 0, 0x20, 0, 0, 0, 0, 0, 0), 'height'),
    none('item-magic', 'An item of the log of proofs.', changed(38, 0x49), 'item'),
    none('item-empty', 'An item with nothing in it.', good.slice(0, 40), 'item'),
    none(
      'item-long',
      'An item of 65 001 bytes.',
      concatBytes(good.slice(0, 40), new Uint8Array(64_997)),
      'item',
    ),
    none(
      'below',
      'An entry of a block below the one before it.',
      encodeRightsEntry({ publisher: testBytes('hub', 20), height: 9, time: 1_795_341_100, item: note }),
      'height',
    ),
  ];
}
