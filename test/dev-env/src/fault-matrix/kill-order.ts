import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMON_STEPS } from './common-steps.js';
import type { Step } from './step.js';
import { zoneSteps } from './zone-steps.js';

/** Names the folder in which a process looks for the order to kill itself. */
export const ORDERS_VARIABLE = 'BESURE_TEST_KILL_ORDERS';

/** Where a process ends: at a step of a zone, before or after it takes effect. */
export interface KillOrder {
  readonly organisation: string;
  readonly step: string;
  readonly when: 'before' | 'after';
}

/** The step that is meant; of the exchange and of hubs there is one each. */
export function stepOf({ organisation, step }: Omit<KillOrder, 'when'>): Step {
  const found = [...zoneSteps(organisation), ...COMMON_STEPS].find(({ name }) => name === step);
  if (found === undefined) throw new RangeError(`there is no step "${step}"`);
  return found;
}

/** The file in which a service finds its order. */
export function orderFile(folder: string, service: string): string {
  return join(folder, `${service}.json`);
}

/** From now on the service of that step ends there. */
export function giveOrder(folder: string, order: KillOrder): void {
  const file = orderFile(folder, stepOf(order).service);
  writeFileSync(`${file}.new`, JSON.stringify(order));
  renameSync(`${file}.new`, file);
}

/** The service of that step lives on, if it has not ended there. */
export function takeBack(folder: string, order: KillOrder): void {
  rmSync(orderFile(folder, stepOf(order).service), { force: true });
}

/** Null where there is none. */
export function readOrder(file: string): KillOrder | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as KillOrder) : null;
}
