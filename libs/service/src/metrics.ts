import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The metrics that others rely on: name, help text, labels. All services spell them the same way. */
const COUNTERS = {
  besure_accepted_total: { help: 'Events acknowledged to back offices', labels: [] },
} as const;
const GAUGES = {
  besure_outbox_lag: { help: 'Own events not yet on the bus', labels: [] },
  besure_consumer_lag: { help: 'Events of a source not yet consumed', labels: ['source'] },
  besure_slots: { help: 'Slots by state', labels: ['state'] },
  besure_statements: { help: 'Statements by state', labels: ['state'] },
  besure_ledger_height: { help: 'Height of the ledger as seen here', labels: [] },
  besure_checkpoint_size: { help: 'Leaves under the newest checkpoint', labels: [] },
  besure_witnessed_size: {
    help: 'Leaves under the largest checkpoint that was found consistent',
    labels: [],
  },
  besure_dead_letters: {
    help: 'Events of a source that could not be handled and wait for an operator',
    labels: ['source'],
  },
  besure_alarms: { help: 'Open alarms by kind', labels: ['kind'] },
} as const;
const HISTOGRAMS = {
  besure_time_to_final_seconds: {
    help: 'From the acknowledgement of an event to its final record',
    labels: [],
    buckets: [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600, 7200],
  },
  besure_http_request_seconds: {
    help: 'Duration of HTTP requests by route and status',
    labels: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
} as const;

export type CounterName = keyof typeof COUNTERS;
export type GaugeName = keyof typeof GAUGES;
export type HistogramName = keyof typeof HISTOGRAMS;
/** A value, or one per value of the gauge's label. */
export type GaugeReader = () => number | Readonly<Record<string, number>>;
type LabelsOf<T extends { labels: readonly string[] }> = T['labels'][number];

/**
 * The metrics of one service, each made when first asked for, so that a service shows only what it has. No label ever
 * holds data: states, kinds, routes and names of services only.
 */
export class ServiceMetrics {
  /** For metrics beyond the shared names. */
  readonly registry = new Registry();
  readonly #made = new Map<string, unknown>();
  readonly #readers = new Map<string, GaugeReader[]>();

  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
  }

  #once<T>(name: string, make: () => T): T {
    const known = this.#made.get(name);
    if (known !== undefined) return known as T;
    const made = make();
    this.#made.set(name, made);
    return made;
  }

  counter<N extends CounterName>(name: N): Counter<LabelsOf<(typeof COUNTERS)[N]>> {
    const { help, labels } = COUNTERS[name];
    return this.#once(
      name,
      () => new Counter({ name, help, labelNames: [...labels], registers: [this.registry] }),
    );
  }

  gauge<N extends GaugeName>(name: N): Gauge<LabelsOf<(typeof GAUGES)[N]>> {
    const { help, labels } = GAUGES[name];
    return this.#once(
      name,
      () => new Gauge({ name, help, labelNames: [...labels], registers: [this.registry] }),
    );
  }

  histogram<N extends HistogramName>(name: N): Histogram<LabelsOf<(typeof HISTOGRAMS)[N]>> {
    const { help, labels, buckets } = HISTOGRAMS[name];
    return this.#once(
      name,
      () =>
        new Histogram({
          name,
          help,
          labelNames: [...labels],
          buckets: [...buckets],
          registers: [this.registry],
        }),
    );
  }

  /**
   * A gauge whose value is asked for at each scrape, e.g. `gaugeFrom('besure_outbox_lag', () => relay.status().lag)`. For
   * gauges with a label the callback returns a value per label value; several callbacks may share such a gauge.
   */
  gaugeFrom(name: GaugeName, read: GaugeReader): void {
    const known = this.#readers.get(name);
    if (known !== undefined) {
      known.push(read);
      return;
    }
    const readers = [read];
    this.#readers.set(name, readers);
    const { help, labels } = GAUGES[name];
    const [label] = labels;
    const gauge = new Gauge<string>({
      name,
      help,
      labelNames: [...labels],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const reader of readers) {
          const value = reader();
          if (typeof value === 'number') this.set(value);
          else for (const [key, number] of Object.entries(value)) this.set({ [label ?? '']: key }, number);
        }
      },
    });
    this.#made.set(name, gauge);
  }

  /** Adds memory, processor and event-loop metrics: once per process, by the one who owns the process. */
  addProcessMetrics(): void {
    this.#once('process', () => {
      collectDefaultMetrics({ register: this.registry });
      return true;
    });
  }
}
