/** One answer of a check. */
export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  /** What is wrong, in a few words; anyone may read them. */
  readonly detail?: string;
}

type CheckAnswer = boolean | Omit<CheckResult, 'name'>;
type Check = () => CheckAnswer | Promise<CheckAnswer>;

const CHECK_MILLIS = 2000;

async function runCheck(name: string, check: Check): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => {
      resolve(false);
    }, CHECK_MILLIS);
  });
  try {
    const answer = await Promise.race([Promise.resolve().then(check), late]);
    return typeof answer === 'boolean' ? { name, ok: answer } : { name, ...answer };
  } catch {
    return { name, ok: false };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What a service says about its health. Ready means: it can do what it promises to its callers. A part that it can do
 * without for a while (the bus or the ledger for intake) is shown, and does not count.
 */
export class Health {
  readonly #needed = new Map<string, Check>();
  readonly #shown = new Map<string, Check>();
  #stopping = false;

  /** A condition of readiness; false, an exception or no answer within two seconds means not ready. */
  need(name: string, check: Check): void {
    this.#needed.set(name, check);
  }

  /** A state to show in the answer that does not decide. */
  show(name: string, check: Check): void {
    this.#shown.set(name, check);
  }

  /** From now on: not ready. */
  stopping(): void {
    this.#stopping = true;
  }

  /** Whether the service is on its way out. */
  get isStopping(): boolean {
    return this.#stopping;
  }

  async ready(): Promise<{ ready: boolean; checks: CheckResult[]; shown: CheckResult[] }> {
    const run = (checks: ReadonlyMap<string, Check>): Promise<CheckResult[]> =>
      Promise.all([...checks].map(([name, check]) => runCheck(name, check)));
    const [checks, shown] = await Promise.all([run(this.#needed), run(this.#shown)]);
    return { ready: !this.#stopping && checks.every((check) => check.ok), checks, shown };
  }
}
