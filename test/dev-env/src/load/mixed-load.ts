import type { Network } from '../network.js';
import { Figures } from './figures.js';
import { Model } from './model.js';
import { type OpenOffices, openOffices } from './office.js';
import { Player } from './player.js';
import { Random } from './random.js';

/** How much load. */
export interface MixedLoadOptions {
  /** The same seed plays the same acts; only the moments differ. */
  readonly seed: string;
  /** How many play at the same time, each with back offices of its own. */
  readonly players: number;
}

/** What a stretch of load came to. */
export interface LoadFigures {
  readonly seconds: number;
  readonly acceptedPerSecond: number;
  readonly refusedPerSecond: number;
  /** By what it was: see `Figures`. */
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * Good and bad requests to all intakes of a network, by HTTP and over the bus, mixed by chance from a seed. Any answer that is not the one that
 * had to come rejects `run`. What must be there in the end, and nothing else, is in `model`.
 */
export class MixedLoad {
  readonly model: Model;
  readonly #players: readonly Omit<ConstructorParameters<typeof Player>[0], 'figures'>[];
  readonly #open: readonly OpenOffices[];

  private constructor(network: Network, { seed, players }: MixedLoadOptions, open: readonly OpenOffices[]) {
    const { limits, organisations } = network.charter;
    const exchange = organisations.find(({ role }) => role === 'exchange')!.id;
    this.model = new Model({
      exchange,
      toleranceSeconds: limits.agreementToleranceSeconds,
      largestLagSeconds: limits.largestLagSeconds,
    });
    this.#open = open;
    this.#players = Array.from({ length: players }, (_, at) => {
      const offices = open.map((one) => one.offices[at]!);
      return {
        name: `seed ${seed}, player ${at}`,
        random: new Random(`${seed} ${at}`),
        offices: offices.filter(({ organisation }) => organisation !== exchange),
        exchange: offices.find(({ organisation }) => organisation === exchange)!,
        model: this.model,
      };
    });
  }

  /** Opens the back offices. */
  static async open(network: Network, options: MixedLoadOptions): Promise<MixedLoad> {
    const { organisations } = network.charter;
    const open = await Promise.all(organisations.map(({ id }) => openOffices(network, id, options.players)));
    return new MixedLoad(network, options, open);
  }

  /** Plays on until the signal; where one player fails, all end. */
  async run(signal: AbortSignal): Promise<LoadFigures> {
    const figures = new Figures();
    const failed = new AbortController();
    const started = performance.now();
    const both = AbortSignal.any([signal, failed.signal]);
    await Promise.all(
      this.#players.map(async (options) => {
        try {
          await new Player({ ...options, figures }).play(both);
        } catch (error) {
          failed.abort();
          throw error;
        }
      }),
    );
    const seconds = (performance.now() - started) / 1000;
    const perSecond = (count: number): number => Math.round((count / seconds) * 10) / 10;
    return {
      seconds: Math.round(seconds * 10) / 10,
      acceptedPerSecond: perSecond(figures.accepted),
      refusedPerSecond: perSecond(figures.refused),
      counts: figures.all,
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.map((one) => one.close()));
  }
}
