import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createLog, ServiceMetrics, type RunningService } from '@besure/service';
import { Chain } from './chain.js';
import type { DevchainConfig } from './configuration.js';
import { createHttpServer } from './http-server.js';
import { JsonRpc } from './json-rpc.js';
import { createMethods } from './methods.js';

const NAME = 'devchain';

/** Starts a chain in this process. Resolves once it answers. */
export async function start(config: DevchainConfig): Promise<RunningService> {
  const log = createLog({ name: NAME, ...(config.logLevel === undefined ? {} : { level: config.logLevel }) });
  log.warn('devchain is a simulation for development and tests, never for production');
  const chain = new Chain(config.dataDirectory, config.chain, Date.now);
  const metrics = new ServiceMetrics(NAME);
  metrics.gaugeFrom('besure_ledger_height', () => chain.tip.height);
  let healthy = true;
  const fail = (error: unknown): void => {
    healthy = false;
    log.error('failed', { error });
  };
  const server = createHttpServer({
    rpc: new JsonRpc(createMethods(chain, config.blockMillis), config.chain),
    user: config.user,
    password: config.password,
    ready: () => Promise.resolve(healthy),
    metrics: async () => ({ type: metrics.registry.contentType, text: await metrics.registry.metrics() }),
    failed: fail,
  });
  server.listen(config.http.port, config.http.host ?? '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const timer = setInterval(() => {
    try {
      chain.mine();
    } catch (error) {
      // A disk that is full, most likely: better no more blocks than a chain with a hole.
      clearInterval(timer);
      fail(error);
    }
  }, config.blockMillis);
  log.info('started', { url: `http://127.0.0.1:${port}`, height: chain.tip.height });

  let stopped: Promise<boolean> | undefined;
  const stop = async (): Promise<boolean> => {
    clearInterval(timer);
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
    chain.close();
    log.info('stopped');
    return healthy;
  };
  return { name: NAME, httpUrl: `http://127.0.0.1:${port}`, stop: () => (stopped ??= stop()) };
}
