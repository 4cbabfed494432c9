import type { Db } from './database.js';
import type { LoggedItem } from './log-check.js';
import type { Findings } from './report.js';

/** A member's own slots, against the items in the log that its proof has followed so far: the same slots are final, with the same roots. */
export async function compareSlots(
  db: Db,
  zone: string,
  items: readonly LoggedItem[],
  findings: Findings,
): Promise<void> {
  const rows = await db.query<{ slot: string; root: string; leaf: string | null; final: boolean }>(
    "SELECT slot, root, leaf, state = 'final' AS final FROM proof.slot",
  );
  const slots = new Map(rows.map((row) => [Number(row.slot), row]));
  const broken = (slot: number, detail: string): void =>
    findings.add({ zone, rule: 'ledger-item', subject: `slot ${slot}`, detail });
  const logged = new Set<number>();
  for (const { member, slot, root, leaf } of items) {
    if (member !== zone) continue;
    logged.add(slot);
    const own = slots.get(slot);
    if (own === undefined) broken(slot, `leaf ${leaf} is an item that was not signed here`);
    else if (own.root !== root) broken(slot, `leaf ${leaf} has another root than was signed here`);
    else if (!own.final || Number(own.leaf) !== leaf)
      broken(
        slot,
        `leaf ${leaf} is its item, and it is ${own.final ? `final at leaf ${own.leaf}` : 'not final'}`,
      );
  }
  for (const [slot, { final }] of slots) {
    if (final && !logged.has(slot)) broken(slot, 'is final, and not in the log');
  }
}

/** The items that an archive has of members, against the log that it has followed. */
export async function compareItems(
  db: Db,
  zone: string,
  members: ReadonlySet<string>,
  items: readonly LoggedItem[],
  findings: Findings,
): Promise<void> {
  const rows = await db.query<{ member: string; slot: string; root: string; leaf: string; height: string }>(
    "SELECT member, slot, encode(root, 'hex') AS root, leaf, height FROM archive.item",
  );
  const key = ({ member, slot, root, leaf, height }: Readonly<Record<keyof LoggedItem, unknown>>): string =>
    [member, slot, root, leaf, height].join(' ');
  const expected = new Set(items.filter(({ member }) => members.has(member)).map(key));
  const broken = (subject: string, detail: string): void =>
    findings.add({ zone, rule: 'ledger-item', subject, detail });
  for (const row of rows) {
    if (!expected.delete(key(row)))
      broken(`${row.member}, slot ${row.slot}`, 'the archive has an item that is not in its log');
  }
  for (const item of items) {
    if (expected.has(key(item)))
      broken(`${item.member}, slot ${item.slot}`, 'the archive lacks the item of its log');
  }
}
