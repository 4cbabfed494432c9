/** The rule for names that are counted, in words. */
export const COUNTED_NAME =
  "must be 1 to 120 letters A to Z, digits, spaces and & ' ( ) , - . /, a letter or digit among them and no space at the ends";

/**
 * Whether a text may name an operator, a provider or a group. The alphabet is closed, so that no table of Unicode is needed to say
 * what looks like what: signs that pass for letters (`|`, `@`, `$`) are not in it.
 */
export function isCountedName(value: string): boolean {
  return /^(?! )(?=.*[A-Za-z0-9])[A-Za-z0-9 &'(),./-]{1,120}$(?<! )/.test(value);
}

/**
 * What an operator, a provider or a group counts as: names of which this is the same are one party, however they are spelled. Only
 * letters and digits count, not their case; `0` counts as `o`, and `1` and `i` as `l`, which many fonts draw alike.
 */
export function countedAs(name: string): string {
  return name
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .toLowerCase()
    .replaceAll('0', 'o')
    .replaceAll(/[1i]/g, 'l');
}
