import { expect, test } from 'vitest';
import { ServiceMetrics } from './metrics.js';

test('metrics: shared names, one registry per service, values read at the scrape', async () => {
  const intake = new ServiceMetrics('intake');
  const proof = new ServiceMetrics('proof');
  intake.counter('besure_accepted_total').inc(3);
  intake.counter('besure_accepted_total').inc();
  let lag = 5;
  intake.gaugeFrom('besure_outbox_lag', () => lag);
  let states: Record<string, number> = { open: 1, final: 2 };
  proof.gaugeFrom('besure_slots', () => states);
  proof.histogram('besure_time_to_final_seconds').observe(4);
  expect(await intake.registry.metrics()).toContain('besure_accepted_total{service="intake"} 4');
  expect(await intake.registry.metrics()).toContain('besure_outbox_lag{service="intake"} 5');
  lag = 0;
  states = { final: 3 };
  expect(await intake.registry.metrics()).toContain('besure_outbox_lag{service="intake"} 0');
  const text = await proof.registry.metrics();
  expect(text).toContain('besure_slots{state="final",service="proof"} 3');
  expect(text).not.toContain('state="open"');
  expect(text).not.toContain('besure_accepted_total');
  proof.gaugeFrom('besure_consumer_lag', () => ({ intake: 4 }));
  proof.gaugeFrom('besure_consumer_lag', () => ({ archive: 6 }));
  const lags = await proof.registry.metrics();
  expect(lags).toContain('besure_consumer_lag{source="intake",service="proof"} 4');
  expect(lags).toContain('besure_consumer_lag{source="archive",service="proof"} 6');
  expect(text).toContain('besure_time_to_final_seconds_bucket{le="5",service="proof"} 1');
});
