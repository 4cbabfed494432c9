import { scriptParts, toHex } from '@besure/ledger-tx';

const NAMES: Readonly<Record<number, string>> = {
  0x6a: 'OP_RETURN',
  0x75: 'OP_DROP',
  0x76: 'OP_DUP',
  0x87: 'OP_EQUAL',
  0x88: 'OP_EQUALVERIFY',
  0xa9: 'OP_HASH160',
  0xac: 'OP_CHECKSIG',
};

/** A script in words, as a node shows it. */
export function assembly(script: Uint8Array): string {
  return (scriptParts(script) ?? [{ operation: -1 }])
    .map((part) => ('push' in part ? pushed(part.push) : operation(part.operation)))
    .join(' ');
}

/** Up to four bytes are shown as the number that they are to a script: little-endian, sign in the highest bit. */
function pushed(data: Uint8Array): string {
  if (data.length > 4) return toHex(data);
  const highest = data.at(-1) ?? 0;
  const bytes = [...data.slice(0, -1), highest & 0x7f];
  const value = bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
  return String(highest >= 0x80 ? -value : value);
}

function operation(code: number): string {
  if (code > 0x50 && code <= 0x60) return String(code - 0x50);
  return NAMES[code] ?? (code < 0 ? '[error]' : 'OP_UNKNOWN');
}
