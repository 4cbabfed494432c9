import { closeSync, createWriteStream, existsSync, openSync, readSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  type ExitCode,
  type SignalName,
  type SupervisedProcess,
  startSupervised,
  waitUntil,
} from '@besure/testing';
import type { ServicePlan } from './service-environment.js';
import { prepareService } from './services.js';

/** A planned service that runs somewhere. */
export interface HostedService {
  readonly plan: ServicePlan;
  readonly pid: number;
  readonly http: string;
  stop(): Promise<void>;
}

/** Where services run: all in this process, or each in one of its own. Logs go to files below `folder`. */
export interface Host {
  start(plan: ServicePlan): Promise<HostedService>;
}

/** Brings the databases of planned services up to date, as `main.js migrate` does. */
export async function migrateAll(plans: readonly ServicePlan[], folder: string): Promise<void> {
  for (const plan of plans) {
    const logs = createWriteStream(join(folder, `${nameOf(plan)}.log`), { flags: 'a' });
    await prepareService(plan, logs).migrate();
    logs.end();
  }
}

/** Runs services in this process: one Node for all, so that a network is there within seconds. */
export function inProcess(folder: string): Host {
  return {
    async start(plan) {
      const logs = createWriteStream(join(folder, `${nameOf(plan)}.log`), { flags: 'a' });
      const service = await prepareService(plan, logs).start();
      return {
        plan,
        pid: process.pid,
        http: service.httpUrl,
        async stop() {
          await service.stop();
          logs.end();
        },
      };
    },
  };
}

const require = createRequire(import.meta.url);
const START_MILLIS = 60_000;

/** How processes are started, beside what their plans say. */
export interface ProcessOptions {
  /** For Node itself; by the name of the service where they differ. */
  readonly nodeArguments?: readonly string[] | ((service: string) => readonly string[]);
  readonly environment?: Readonly<Record<string, string>>;
}

/** Services in processes of their own, which can be killed and started again as they were. */
export class ProcessHost implements Host {
  readonly #folder: string;
  readonly #options: ProcessOptions;
  readonly #running = new Map<string, { plan: ServicePlan; process: SupervisedProcess }>();

  constructor(folder: string, options: ProcessOptions = {}) {
    this.#folder = folder;
    this.#options = options;
  }

  /** The names of what runs here. */
  get names(): readonly string[] {
    return [...this.#running.keys()];
  }

  /** Starts `node apps/<name>/dist/main.js` and waits until it answers and all its parts have started. */
  start(plan: ServicePlan): Promise<HostedService> {
    return this.#start(plan, {});
  }

  async #start(plan: ServicePlan, more: ProcessOptions): Promise<HostedService> {
    const name = nameOf(plan);
    const logFile = join(this.#folder, `${name}.log`);
    const before = sizeOf(logFile);
    const options = [this.#options, more];
    const running = await startSupervised({
      name,
      command: process.execPath,
      args: [
        ...options.flatMap(({ nodeArguments = [] }) =>
          typeof nodeArguments === 'function' ? nodeArguments(name) : nodeArguments,
        ),
        join(require.resolve(`@besure/${plan.name}`), '..', 'main.js'),
      ],
      env: {
        ...plan.environment,
        BESURE_HTTP_HOST: '127.0.0.1',
        ...this.#options.environment,
        ...more.environment,
      },
      logFile,
    });
    this.#running.set(name, { plan, process: running });
    const http = `http://127.0.0.1:${plan.environment['BESURE_HTTP_PORT']}`;
    await waitUntil({ what: `${name} to answer`, timeoutMillis: START_MILLIS }, async () => {
      if (running.exitCode() !== undefined) {
        throw new Error(`${name} ended while starting:\n${running.lastLines()}`);
      }
      // A service that loses its database before all of it has started ends, for a supervisor to start it again: here nobody does.
      return (await isLive(http)) && saysStarted(logFile, before) ? true : undefined;
    });
    return {
      plan,
      pid: running.pid,
      http,
      stop: async () => void (await this.#running.get(name)?.process.stop()),
    };
  }

  /** The process that is now. */
  pid(name: string): number {
    return this.#get(name).process.pid;
  }

  /** SIGKILL: nothing of it gets a chance to tidy up. */
  async kill(name: string): Promise<void> {
    const running = this.#get(name);
    running.process.signal('KILL');
    // Waiting for its end, unlike `exited`, keeps this process alive.
    await running.process.stop();
  }

  /** SIGTERM, as an operator stops it, and after a while SIGKILL. */
  async stop(name: string): Promise<void> {
    await this.#get(name).process.stop();
  }

  /** Starts what has ended again, with the same configuration; `options` add to those of this host. */
  async restart(name: string, options: ProcessOptions = {}): Promise<void> {
    await this.#start(this.#get(name).plan, options);
  }

  /** Sends a signal to the process that is now. */
  signal(name: string, signal: SignalName): void {
    this.#get(name).process.signal(signal);
  }

  /** Settles when the process that is now has ended. */
  exited(name: string): Promise<ExitCode> {
    return this.#get(name).process.exited;
  }

  /** How the process that is now has ended; undefined while it runs. */
  exitCode(name: string): ExitCode | undefined {
    return this.#get(name).process.exitCode();
  }

  #get(name: string): { plan: ServicePlan; process: SupervisedProcess } {
    const running = this.#running.get(name);
    if (running === undefined) throw new RangeError(`${name} does not run here`);
    return running;
  }
}

/** How a service is called in logs and process lists: there is one of each per organisation. */
export function nameOf(plan: ServicePlan): string {
  return `${plan.organisation}-${plan.name}`;
}

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}

/** Whether a service has said that it has started, behind this place of its log. */
function saysStarted(logFile: string, from: number): boolean {
  const bytes = Buffer.alloc(sizeOf(logFile) - from);
  const file = openSync(logFile, 'r');
  try {
    readSync(file, bytes, 0, bytes.length, from);
  } finally {
    closeSync(file);
  }
  return bytes.includes('"message":"started"');
}

async function isLive(http: string): Promise<boolean> {
  try {
    const answer = await fetch(`${http}/health/live`);
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}
