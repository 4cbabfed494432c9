import { encodeHex, parseCheckpoint, u32be } from '@besure/protocol';
import { encodeBase64, formatCheckpoint, NO_TIME, signCheckpoint } from '@besure/protocol';
import { noteSigner } from '../../libs/verification/src/contract/keys.ts';
import { testBytes } from '../../libs/protocol/test/material.ts';
import type { ExpectedError, Vector } from './vector.ts';

export const ORIGIN = 'log.besure.example/test';
export const BODY = { origin: ORIGIN, size: 20_852_163, root: testBytes('root', 32) };
const log = noteSigner('ed25519-log', ORIGIN, 'hub');
const LINE = signCheckpoint(log.key, BODY, NO_TIME, log.sign);
const NOTE = formatCheckpoint(BODY, [LINE]);

/** The example in the specification of checkpoints (C2SP tlog-checkpoint). */
const PUBLISHED = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
`;

function valid(name: string, comment: string, note: string): Vector {
  const { origin, size, root, signatures } = parseCheckpoint(note);
  const content = {
    comment,
    note,
    origin,
    size,
    root: encodeBase64(root),
    signatures: signatures.map(({ name: signer, keyId }) => ({
      name: signer,
      keyId: encodeHex(u32be(keyId)),
    })),
  };
  return { format: 'checkpoint', kind: 'valid', name, content };
}

/** The note with one thing replaced. */
function invalid(name: string, comment: string, code: string, found: string, other: string): Vector {
  const note = NOTE.replace(found, other);
  if (note === NOTE) throw new Error(`${name} changes nothing`);
  const error: ExpectedError = { code };
  return { format: 'checkpoint', kind: 'invalid', name, content: { comment, note, error } };
}

/** Checkpoints as C2SP writes them, and ours: without extension lines. */
export function checkpoints(): Vector[] {
  const size = '20852163';
  const root = encodeBase64(BODY.root);
  return [
    valid('published', 'The example of the specification.', PUBLISHED),
    valid('signed', 'Signed by one key.', NOTE),
    valid('empty-log', 'A log without entries.', formatCheckpoint({ ...BODY, size: 0 }, [LINE])),
    valid(
      'largest',
      'The largest size that numbers tell from the next one.',
      formatCheckpoint({ ...BODY, size: 2 ** 53 - 1 }, [LINE]),
    ),
    valid(
      'unknown-signature',
      'A signature of an unknown key and kind: parsers keep it.',
      `${NOTE}\u2014 example.com/new AAAAAP8=\n`,
    ),

    invalid('size-with-zero', 'A leading zero.', 'checkpoint', size, `0${size}`),
    invalid('size-with-sign', 'A sign.', 'checkpoint', size, `+${size}`),
    invalid('size-hexadecimal', 'Hexadecimal.', 'checkpoint', size, '0x13e2dc3'),
    invalid(
      'size-too-large',
      'A size that numbers cannot tell from its neighbour.',
      'checkpoint',
      size,
      '9007199254740992',
    ),
    invalid('size-missing', 'Two lines.', 'checkpoint', `${size}\n`, ''),
    invalid('origin-missing', 'An empty origin.', 'checkpoint', `${ORIGIN}\n${size}`, `\n${size}`),
    invalid(
      'origin-with-space',
      'An origin that cannot name a key.',
      'checkpoint',
      `${ORIGIN}\n`,
      `${ORIGIN} \n`,
    ),
    invalid(
      'origin-with-plus',
      'An origin that cannot stand in a verifier key.',
      'checkpoint',
      `${ORIGIN}\n`,
      `${ORIGIN}+1\n`,
    ),
    invalid('root-too-short', 'A root of 31 bytes.', 'checkpoint', root, encodeBase64(BODY.root.slice(1))),
    invalid('root-without-padding', 'base64 without padding.', 'checkpoint', root, root.replace('=', '')),
    invalid('root-loose', 'base64 whose last bits stand for nothing.', 'checkpoint', root, loose(root)),
    invalid(
      'extension-line',
      'A line that no ML-DSA-44 cosignature covers.',
      'checkpoint',
      `${root}\n`,
      `${root}\nextension\n`,
    ),
    invalid('no-signature', 'No signature line.', 'signed-note', `${LINE}\n`, ''),
    invalid('no-empty-line', 'No empty line before the signatures.', 'signed-note', '\n\n', '\n'),
    invalid('no-last-newline', 'The last line does not end.', 'signed-note', `${LINE}\n`, LINE),
    invalid('carriage-return', 'Lines end as on other systems.', 'signed-note', '\n', '\r\n'),
    invalid('hyphen', 'A hyphen in place of the dash.', 'signed-note', '\u2014', '-'),
    invalid('two-spaces', 'Two spaces before the signature.', 'signed-note', `${ORIGIN} `, `${ORIGIN}  `),
    invalid(
      'short-signature',
      'A key id, and nothing behind it.',
      'signed-note',
      LINE,
      `\u2014 ${ORIGIN} AAAAAA==`,
    ),
    invalid('signature-not-base64', 'Another alphabet.', 'signed-note', LINE, `\u2014 ${ORIGIN} AAAAA_8=`),
    invalid(
      'name-with-wide-space',
      'A space of another width in the name.',
      'signed-note',
      `\u2014 ${ORIGIN}`,
      `\u2014 ${ORIGIN}\u2003x`,
    ),
  ];
}

/** The same bytes for a lenient reader. */
function loose(root: string): string {
  const last = root.at(-2)!;
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return `${root.slice(0, -2)}${alphabet[alphabet.indexOf(last) + 1]!}=`;
}
