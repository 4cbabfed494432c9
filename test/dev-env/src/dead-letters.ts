import { readFileSync } from 'node:fs';
import type { DeadLetterDesk } from '@besure/service';
import { ORGANISATION_SERVICES, type ServicePlan } from './service-environment.js';
import { prepareService } from './services.js';
import type { RunFile } from './run-file.js';

/** Where the dead letters of one service are ended. */
export interface ServiceDesk {
  readonly organisation: string;
  readonly service: string;
  readonly desk: DeadLetterDesk;
}

/** Opens the desks of all services of a network that have dead letters, lets `work` be done there, and closes them. */
export async function withDeadLetterDesks<T>(
  plans: readonly ServicePlan[],
  work: (desks: readonly ServiceDesk[]) => Promise<T>,
): Promise<T> {
  const desks: ServiceDesk[] = [];
  try {
    for (const plan of plans) {
      const desk = await prepareService(plan, process.stderr).deadLetters();
      if (desk !== null) desks.push({ organisation: plan.organisation, service: plan.name, desk });
    }
    return await work(desks);
  } finally {
    for (const { desk } of desks) await desk.close();
  }
}

/** The services of organisations that run, each with the environment that its process was given. */
export function runningPlans({ services }: RunFile): ServicePlan[] {
  return services.flatMap(({ name, organisation, pid }) => {
    const known = ORGANISATION_SERVICES.find((one) => one === name);
    return known === undefined ? [] : [{ name: known, organisation, environment: environmentOf(pid) }];
  });
}

function environmentOf(pid: number): Record<string, string> {
  const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  return Object.fromEntries(
    entries.map((entry) => {
      const [name = '', ...value] = entry.split('=');
      return [name, value.join('=')];
    }),
  );
}
