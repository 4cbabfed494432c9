import { readFileSync } from 'node:fs';
import { type Charter, parseTrust } from '@besure/governance';

const vector = new URL('../../../vectors/trust/valid/laid-out.json', import.meta.url);

/** A charter with the organisations alpha and beta, and the exchange. */
export const charter: Charter = parseTrust(
  (JSON.parse(readFileSync(vector, 'utf8')) as { text: string }).text,
).charter;
