import { rmSync } from 'node:fs';
import { installFaults } from '@besure/fault-points/install';
import { serviceAt } from './fault-board.js';
import { orderFile, ORDERS_VARIABLE, readOrder, stepOf } from './kill-order.js';

// For `node --import`: the process ends itself by SIGKILL at the point that it is ordered to.

const folder = process.env[ORDERS_VARIABLE];
if (folder === undefined) throw new TypeError(`${ORDERS_VARIABLE} is not set`);

installFaults((point) => {
  const service = serviceAt(point);
  if (service === null) return null;
  const file = orderFile(folder, service);
  const order = readOrder(file);
  if (order === null || !stepOf(order).isAt(point)) return null;
  return async (effect) => {
    const answer = order.when === 'after' ? await effect() : null;
    // Whoever comes in its place lives.
    rmSync(file);
    process.kill(process.pid, 'SIGKILL');
    return answer as Awaited<ReturnType<typeof effect>>;
  };
});
