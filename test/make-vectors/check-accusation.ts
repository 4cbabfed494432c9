import { audit } from '@besure/audit';
import { noblePrimitives } from '@besure/verification/noble';

/** What a reader does with a vector of an accusation: it gives who is guilty of what, or throws why that is not proven. */
export function readAccusation({
  accusation,
  trust,
}: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { code, accused, lie } = audit(accusation as string, trust as string, noblePrimitives);
  if (code !== 'proven') throw Object.assign(new Error(code), { code });
  return { accused: accused?.name, lie };
}
