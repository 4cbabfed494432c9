import { describe, expect, it } from 'vitest';
import { MemoryPipe } from './memory-pipe.js';
import { pipeContract } from './pipe-contract.js';

describe('the pipe in memory keeps the contract', () => {
  for (const check of pipeContract) {
    it(check.name, async () => {
      const pipe = new MemoryPipe();
      const underTest = { outlet: pipe, inlet: (consumer: string) => pipe.inlet(consumer) };
      await expect(check.run(underTest)).resolves.toBeUndefined();
    });
  }
});
