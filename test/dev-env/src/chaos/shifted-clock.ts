// Loaded before a service with `--import`: its whole process believes that it is another time. For tests of what clocks that are off do.

const shiftMillis = Number(process.env['BESURE_TEST_CLOCK_SHIFT_MILLIS']);
if (!Number.isSafeInteger(shiftMillis)) throw new Error('BESURE_TEST_CLOCK_SHIFT_MILLIS is not a number');

const now = Date.now.bind(Date);

globalThis.Date = new Proxy(Date, {
  construct: (target, args: unknown[], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now() + shiftMillis] : args, newTarget) as Date,
  apply: () => new Date(now() + shiftMillis).toString(),
  get: (target, name, receiver) =>
    name === 'now' ? () => now() + shiftMillis : (Reflect.get(target, name, receiver) as unknown),
});
