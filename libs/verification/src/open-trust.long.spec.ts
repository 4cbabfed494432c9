import { expect, it } from 'vitest';
import { Board } from './contract/board.js';
import { terms } from './contract/cases-terms.js';
import { Network } from './contract/network.js';
import { nodePrimitives as primitives } from './contract/node-primitives.js';
import { openTrust } from './open-trust.js';

const DECISIONS = 1000;

it(`a trust file holds ${DECISIONS} decisions, each a proposal and two votes`, { timeout: 600_000 }, () => {
  const { charter } = new Network();
  const board = new Board(charter, 1_795_341_000).found(0);
  for (let i = 1; i <= DECISIONS; i++)
    board.decide(terms({ limits: { ...charter.limits, largestLagSeconds: 86_400 + i } }), 2 * i);
  const text = board.trust();
  const begun = process.cpuUsage();
  const found = openTrust(text, primitives).charter;
  const { user, system } = process.cpuUsage(begun);
  process.stdout.write(
    `${DECISIONS} decisions: ${board.entries.length} entries, ${text.length} characters, opened in ${((user + system) / 1e6).toFixed(1)} s of a processor\n`,
  );
  expect(found.limits.largestLagSeconds).toBe(86_400 + DECISIONS);
  expect(found.formerTerms).toHaveLength(DECISIONS);
  // Far from its limit of 100 million characters.
  expect(text.length).toBeLessThan(8_000_000);
});
