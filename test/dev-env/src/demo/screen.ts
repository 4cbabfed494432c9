import type { EventStatus } from '../back-office.js';
import { printable } from '../printable.js';
import type { Verdict } from '@besure/verification';
import type { LedgerItem } from './ledger-reader.js';
import type { Report } from './report.js';
import type { Delivery } from './scenario.js';
import type { Moment, SentEvent } from './timeline.js';

const COLOURS = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33' } as const;
const ITEMS_SHOWN = 3;

/** The demo for people: plain lines, in colour where a terminal shows them. */
export class Screen {
  readonly #write: (text: string) => void;
  readonly #coloured: boolean;

  constructor(options: { readonly write: (text: string) => void; readonly coloured: boolean }) {
    this.#write = options.write;
    this.#coloured = options.coloured;
  }

  line(text = ''): void {
    this.#write(`${text}\n`);
  }

  heading(text: string): void {
    this.line();
    this.line(this.#paint('bold', printable(text)));
  }

  paragraph(title: string, text: string): void {
    this.line();
    this.line(`  ${this.#paint('bold', title)}`);
    for (const line of text.trimEnd().split('\n')) this.line(`  ${line}`);
  }

  /** A change of state, as it is seen. */
  moment({ at, event, status }: Moment): void {
    const { document, event: name, by } = event.planned;
    const state = this.#state(status.state);
    this.line(`  ${at.toISOString().slice(11, 23)}  ${printable(document.name)}  ${name} (${by}): ${state}`);
  }

  /** What became of each document, one line each. */
  table(
    deliveries: readonly Delivery[],
    events: readonly SentEvent[],
    states: readonly (EventStatus | null)[],
  ): void {
    this.heading('What became of them');
    const width = Math.max(8, ...deliveries.map((one) => printable(one.document.name).length));
    for (const delivery of deliveries) {
      const parts = delivery.events.map((planned) => {
        const state = states[events.findIndex((event) => event.planned === planned)]?.state ?? 'unknown';
        return `${planned.event} ${this.#state(state)}`;
      });
      this.line(
        `  ${printable(delivery.document.name).padEnd(width)}  ${delivery.from} -> ${delivery.to}  ${parts.join(', ')}`,
      );
    }
  }

  verdict(name: string, verdict: Verdict): void {
    const result = this.#paint(verdict.result === 'proven' ? 'green' : 'yellow', verdict.result);
    const reason = verdict.result === 'proven' ? '' : `: ${verdict.message} (${verdict.code})`;
    this.line(`  ${result} ${printable(name)}${reason}`);
  }

  /** Some items byte for byte, and what a reader learns from them. */
  ledger(items: readonly LedgerItem[]): void {
    for (const item of items.slice(-ITEMS_SHOWN)) {
      this.line(`  ${item.raw}`);
      this.line(
        this.#paint(
          'dim',
          `    a reader learns: ${item.publisher} put its item for slot ${item.slot} into block ${item.height}; root ${item.root}`,
        ),
      );
    }
    this.line(
      `  ${items.length} items of ${items[0] === undefined ? 0 : items[0].raw.length / 2} bytes, one per member and slot,` +
        ' whether or not anything happened.',
    );
    this.line(
      '  Not: what was proven, how many times, whether at all, to whom, or anything about a document.',
    );
  }

  report(report: Report): void {
    this.heading('Checks');
    for (const check of report.checks) {
      this.line(
        `  ${check.ok ? this.#paint('green', 'ok  ') : this.#paint('red', 'FAIL')} ${check.name}: ${printable(check.detail)}`,
      );
    }
    this.line();
    this.line(
      `  ${report.documents} documents, ${report.statements} statements, ${report.evidenceVerified} verified, ` +
        `${report.governance.accepted} of ${report.governance.proposals} proposals accepted, ${report.tamperedRefused} forgeries refused, ${report.ledgerItems} ledger items, ${report.seconds} s`,
    );
  }

  #state(state: string): string {
    return this.#paint(state === 'complete' ? 'green' : 'yellow', state);
  }

  #paint(colour: keyof typeof COLOURS, text: string): string {
    return this.#coloured ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
  }
}
