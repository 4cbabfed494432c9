/** What is done to a network, and to what: a service, a server, or the link of a service to something. */
export const FAULT_KINDS = {
  /** SIGKILL; started again after a while. */
  kill: ['service', 'server'],
  /** SIGSTOP, and SIGCONT after a while: whoever waits for it cannot tell it from a slow one. */
  freeze: ['service', 'server'],
  /** SIGTERM, waited for, and started again. */
  restart: ['service', 'server'],
  /** All connections of a link end. */
  cut: ['link'],
  /** And nobody answers for a while. */
  refuse: ['link'],
  /** Nothing passes for a while, and the connections that there were stay dead without a word. */
  silent: ['link'],
  /** What the service says arrives for a while, no answer does, and the connections stay dead without a word. */
  deaf: ['link'],
  /** Who reads a stream stands still while more is handed in than the stream may hold. */
  fill: ['stream'],
  /** A service runs with a clock that is off for a while. */
  clock: ['clock'],
} as const satisfies Record<string, readonly TargetKind[]>;

export type FaultKind = keyof typeof FAULT_KINDS;

/** What a fault can be done to. `clock`: a service whose clock can be off. `stream`: the service whose events it holds. */
export type TargetKind = 'service' | 'server' | 'link' | 'stream' | 'clock';

/** One thing that is done to a network. Times in milliseconds. */
export interface Fault {
  /** When it begins, from the start of the run. */
  readonly at: number;
  readonly kind: FaultKind;
  /** `alpha-proof`, `postgres`; `alpha-proof/bus` for a link. */
  readonly target: string;
  /** How long it lasts, until it is undone. */
  readonly millis: number;
  /** How far the clock of the service is off; 0 for other faults. */
  readonly shiftMillis: number;
}

/** The service at the near end of a link; what has no link is itself. */
export function serviceOf(target: string): string {
  return target.split('/')[0]!;
}

/** A line for people. */
export function describeFault({ at, kind, target, millis, shiftMillis }: Fault): string {
  const shift = shiftMillis === 0 ? '' : ` by ${shiftMillis > 0 ? '+' : ''}${shiftMillis / 1000} s`;
  const lasting = millis === 0 ? '' : ` for ${(millis / 1000).toFixed(1)} s`;
  return `${(at / 1000).toFixed(1).padStart(7)} s  ${kind.padEnd(7)} ${target}${shift}${lasting}`;
}
