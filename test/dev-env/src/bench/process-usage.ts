import { readFileSync, readdirSync } from 'node:fs';

/** What a process and those it started have used. */
export interface Usage {
  /** User and system time, in microseconds. */
  readonly cpuMicros: number;
  /** Resident memory in bytes, of the living ones. */
  readonly rssBytes: number;
}

/** Linux counts processor time in hundredths of a second, whatever the kernel's own clock. */
const MICROS_PER_TICK = 10_000;

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
  readonly rssBytes: number;
}

/**
 * Reads what a process and all below it have used, from /proc. Time of children that have ended and were waited for counts for
 * their parent, so PostgreSQL's short-lived backends are not lost.
 */
export function usageOf(pid: number): Usage {
  const family = familyOf(pid);
  return {
    cpuMicros: family.reduce((sum, one) => sum + one.ticks, 0) * MICROS_PER_TICK,
    rssBytes: family.reduce((sum, one) => sum + one.rssBytes, 0),
  };
}

/** The ids of a process and of all below it, its own first. */
export function processIds(pid: number): number[] {
  return familyOf(pid).map((one) => one.pid);
}

function familyOf(pid: number): ProcessStat[] {
  const all = allProcesses();
  const children = Map.groupBy(all, (one) => one.parent);
  const family: ProcessStat[] = [];
  const waiting = all.filter((one) => one.pid === pid);
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    family.push(one);
    waiting.push(...(children.get(one.pid) ?? []));
  }
  return family;
}

function allProcesses(): ProcessStat[] {
  return readdirSync('/proc').flatMap((entry): ProcessStat[] => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      return [
        parseStat(
          readFileSync(`/proc/${entry}/stat`, 'latin1'),
          readFileSync(`/proc/${entry}/status`, 'latin1'),
        ),
      ];
    } catch {
      // It ended between the listing and the reading.
      return [];
    }
  });
}

/** proc(5): the name in parentheses may hold anything, so fields are counted from behind it. */
function parseStat(stat: string, status: string): ProcessStat {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const number = (at: number): number => Number(fields[at] ?? 0);
  // Shared memory counts once for each process that has touched it in VmRSS; what is a process's own is RssAnon.
  const anonymous = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1] ?? '0';
  return {
    pid: Number.parseInt(stat, 10),
    parent: number(1),
    ticks: number(11) + number(12) + number(13) + number(14),
    rssBytes: Number(anonymous) * 1024,
  };
}
