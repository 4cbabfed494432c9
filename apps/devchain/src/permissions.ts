import { PERMISSION_BITS, type PermissionName } from '@besure/ledger-tx';

/** A right of one key, as it stands now. */
export interface PermissionRow {
  /** Hexadecimal; `null` for a right on the whole chain. */
  readonly entity: string | null;
  readonly keyHash: string;
  readonly type: PermissionName;
  readonly from: number;
  readonly to: number;
  /** Key hash of who granted it. */
  readonly admin: string;
}

/** A change of rights, with whose signature it comes. */
export interface PermissionChange {
  readonly entity: string | null;
  readonly keyHash: string;
  readonly bits: number;
  readonly from: number;
  readonly to: number;
  readonly admin: string;
}

/** The order in which a node lists rights of one address. */
const ORDER: readonly PermissionName[] = [
  'mine',
  'admin',
  'activate',
  'connect',
  'send',
  'receive',
  'issue',
  'create',
  'write',
  'read',
];

/** Rights that an address with `activate` may grant; the others take `admin`. */
const ACTIVATE_IS_ENOUGH =
  PERMISSION_BITS.connect | PERMISSION_BITS.send | PERMISSION_BITS.receive | PERMISSION_BITS.write;

/** The rights of a chain. One signature is enough for every change: there is no consensus of administrators here. */
export class Permissions {
  private readonly rows = new Map<string, PermissionRow>();

  has(entity: string | null, keyHash: string, type: PermissionName, height: number): boolean {
    const row = this.rows.get(`${entity ?? ''}:${keyHash}:${type}`);
    return row !== undefined && row.from <= height && height < row.to;
  }

  /** True if the key may make changes with these bits. */
  mayChange(entity: string | null, keyHash: string, bits: number, height: number): boolean {
    if (this.has(entity, keyHash, 'admin', height)) return true;
    return (bits & ~ACTIVATE_IS_ENOUGH) === 0 && this.has(entity, keyHash, 'activate', height);
  }

  change({ entity, keyHash, bits, from, to, admin }: PermissionChange): void {
    for (const type of namesOf(bits)) {
      this.rows.set(`${entity ?? ''}:${keyHash}:${type}`, { entity, keyHash, type, from, to, admin });
    }
  }

  /** Rights that hold at this height or later, by key and type; ended and revoked ones are not listed. */
  list(entity: string | null, types: readonly PermissionName[], height: number): PermissionRow[] {
    return [...this.rows.values()]
      .filter((row) => row.entity === entity && types.includes(row.type) && row.to > height)
      .sort((a, b) => compare(a.keyHash, b.keyHash) || ORDER.indexOf(a.type) - ORDER.indexOf(b.type));
  }
}

/** The names of the bits that this chain knows. */
export function namesOf(bits: number): PermissionName[] {
  return ORDER.filter((name) => (bits & PERMISSION_BITS[name]) !== 0);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
