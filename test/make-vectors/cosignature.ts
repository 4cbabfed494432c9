import { encodeVerifierKey, formatCheckpoint, NO_TIME, noteKey, signCheckpoint } from '@besure/protocol';
import { createHash } from 'node:crypto';
import { type NoteSigner, noteSigner } from '../../libs/verification/src/contract/keys.ts';
import { BODY, ORIGIN } from './checkpoint.ts';
import type { Vector } from './vector.ts';

const TIME = 1_795_371_930;
const WITNESS = 'hub.besure.example';
const asLog = {
  ed25519: noteSigner('ed25519-log', ORIGIN, 'hub'),
  mlDsa44: noteSigner('ml-dsa-44', ORIGIN, 'hub'),
};
const asWitness = {
  ed25519: noteSigner('ed25519-cosignature', WITNESS, 'hub'),
  mlDsa44: noteSigner('ml-dsa-44', WITNESS, 'hub'),
};

function line({ key, sign }: NoteSigner, time: number, body = BODY): string {
  return signCheckpoint(key, body, time, sign);
}

function vector(kind: Vector['kind'], name: string, comment: string, content: object): Vector {
  return { format: 'cosignature', kind, name, content: { comment, ...content } };
}

/** A checkpoint with one line, to be verified under one key. */
function valid(name: string, comment: string, signer: NoteSigner, time: number, body = BODY): Vector {
  const note = formatCheckpoint(body, [line(signer, time, body)]);
  return vector('valid', name, comment, { verifierKey: encodeVerifierKey(signer.key), note, time });
}

function invalid(
  name: string,
  comment: string,
  { key }: NoteSigner,
  code: string,
  lines: string,
  body = BODY,
): Vector {
  return vector('invalid', name, comment, {
    verifierKey: encodeVerifierKey(key),
    note: formatCheckpoint(body, [lines]),
    error: { code },
  });
}

function badKey(name: string, comment: string, verifierKey: string): Vector {
  const note = formatCheckpoint(BODY, [line(asWitness.ed25519, TIME)]);
  return vector('invalid', name, comment, { verifierKey, note, error: { code: 'verifier-key' } });
}

/** A line with the bits of one byte of its signature flipped; byte 0 is the first of the key id. */
function flipped(text: string, byte: number): string {
  const [dash, name, encoded] = text.split(' ');
  const bytes = Buffer.from(encoded!, 'base64');
  bytes[byte]! ^= 1;
  return [dash, name, bytes.toString('base64')].join(' ');
}

function sha256(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}

/** Signatures on checkpoints: 0x01, 0x04 and 0x06 of C2SP, and the verifier keys for them. */
export function cosignatures(): Vector[] {
  const later = { ...BODY, size: BODY.size + 1 };
  const { ed25519, mlDsa44 } = asWitness;
  const renamed: NoteSigner = {
    ...mlDsa44,
    key: noteKey('ml-dsa-44', 'other.example', mlDsa44.key.publicKey, sha256),
  };
  const key = encodeVerifierKey(ed25519.key);
  return [
    valid('log-ed25519', 'Ed25519 as the log (0x01): over the text, without a time.', asLog.ed25519, NO_TIME),
    valid(
      'log-ml-dsa-44',
      'ML-DSA-44 as the log (0x06): the time is 0, a log says nothing about it.',
      asLog.mlDsa44,
      NO_TIME,
    ),
    valid('witness-ed25519', 'A cosignature/v1 by Ed25519 (0x04).', ed25519, TIME),
    valid(
      'witness-ml-dsa-44',
      'A subtree/v1 by ML-DSA-44 (0x06): over the name of the witness too.',
      mlDsa44,
      TIME,
    ),
    valid('empty-log', 'Over a log without entries.', mlDsa44, TIME, { ...BODY, size: 0 }),
    valid('largest-size', 'Over the largest log.', mlDsa44, TIME, { ...BODY, size: 2 ** 53 - 1 }),

    ...[asLog.ed25519, asLog.mlDsa44, ed25519, mlDsa44].flatMap((signer) => {
      const time = signer.key.name === ORIGIN ? NO_TIME : TIME;
      const kind = `${signer.key.name === ORIGIN ? 'log' : 'witness'}-${signer.key.type === 'ml-dsa-44' ? 'ml-dsa-44' : 'ed25519'}`;
      return [
        invalid(
          `${kind}-bit`,
          'One bit of the signature flipped.',
          signer,
          'cosignature',
          flipped(line(signer, time), 40),
        ),
        invalid(
          `${kind}-other-size`,
          'A signature over another size.',
          signer,
          'cosignature',
          line(signer, time),
          later,
        ),
        invalid(`${kind}-short`, 'One byte less.', signer, 'cosignature', shortened(line(signer, time))),
      ];
    }),
    invalid(
      'witness-ed25519-time',
      'Another time than was signed.',
      ed25519,
      'cosignature',
      flipped(line(ed25519, TIME), 11),
    ),
    invalid(
      'witness-ml-dsa-44-time',
      'Another time than was signed.',
      mlDsa44,
      'cosignature',
      flipped(line(mlDsa44, TIME), 11),
    ),
    invalid(
      'time-too-large',
      'A time stamp above 2^53.',
      mlDsa44,
      'cosignature',
      flipped(line(mlDsa44, TIME), 4),
    ),
    invalid(
      'other-key-id',
      'The key id of another key.',
      mlDsa44,
      'cosignature',
      flipped(line(mlDsa44, TIME), 0),
    ),
    invalid('other-name', 'The same key under another name.', renamed, 'cosignature', line(mlDsa44, TIME)),
    invalid(
      'name-not-signed',
      'A signature under one name, presented under another: ML-DSA-44 covers the name.',
      renamed,
      'cosignature',
      signCheckpoint(renamed.key, BODY, TIME, () => rawSignature(line(mlDsa44, TIME))),
    ),
    invalid(
      'log-signature-as-cosignature',
      'A signature over the text alone, presented as a cosignature.',
      ed25519,
      'cosignature',
      signCheckpoint(ed25519.key, BODY, TIME, () => ed25519.sign(new TextEncoder().encode(textOf()))),
    ),

    badKey(
      'key-other-id',
      'A key id that does not belong to the key.',
      key.replace(/\+[0-9a-f]{8}\+/, '+00000000+'),
    ),
    badKey(
      'key-upper-case-id',
      'A key id in upper case.',
      key.replace(/\+([0-9a-f]{8})\+/, (text) => text.toUpperCase()),
    ),
    badKey('key-unknown-type', 'A type that there is not.', key.replace(/\+B[A-Za-z0-9]/, '+/w')),
    badKey('key-too-short', 'A key of 31 bytes.', key.slice(0, -4)),
    badKey('key-two-parts', 'No key id.', key.replace(/\+[0-9a-f]{8}/, '')),
  ];
}

function rawSignature(text: string): Uint8Array {
  return Buffer.from(text.split(' ')[2]!, 'base64').subarray(12);
}

function shortened(text: string): string {
  const [dash, name, encoded] = text.split(' ');
  return [dash, name, Buffer.from(encoded!, 'base64').subarray(0, -1).toString('base64')].join(' ');
}

function textOf(): string {
  return formatCheckpoint(BODY, [line(asLog.ed25519, NO_TIME)]).split('\n\n')[0] + '\n';
}
