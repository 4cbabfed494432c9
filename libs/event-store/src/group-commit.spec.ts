import { describe, expect, it } from 'vitest';
import { GroupCommit } from './group-commit.js';

describe('GroupCommit', () => {
  it('collects while a group is in work, and answers each item with its own result', async () => {
    const groups: number[][] = [];
    const first = Promise.withResolvers<void>();
    const commit = new GroupCommit<number, string>({
      work: async (items) => {
        groups.push([...items]);
        if (groups.length === 1) await first.promise;
        return items.map((item) => `r${item}`);
      },
    });
    const one = commit.submit(1);
    await Promise.resolve();
    await Promise.resolve();
    const others = [commit.submit(2), commit.submit(3)];
    first.resolve();
    expect(await Promise.all([one, ...others])).toEqual(['r1', 'r2', 'r3']);
    expect(groups).toEqual([[1], [2, 3]]);
  });

  it('puts what is submitted in one turn into one group, up to the largest size', async () => {
    const sizes: number[] = [];
    const commit = new GroupCommit<number, number>({
      maxGroup: 4,
      work: async (items) => {
        sizes.push(items.length);
        return items;
      },
    });
    const results = await Promise.all(Array.from({ length: 10 }, (_, index) => commit.submit(index)));
    expect(results).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(sizes).toEqual([4, 4, 2]);
  });

  it('rejects the whole group when its work fails, and goes on with the next', async () => {
    let failing = true;
    const commit = new GroupCommit<number, number>({
      work: async (items) => {
        if (failing) throw new Error('the database is away');
        return items;
      },
    });
    const answers = await Promise.allSettled([commit.submit(1), commit.submit(2)]);
    expect(answers.map((answer) => answer.status)).toEqual(['rejected', 'rejected']);
    failing = false;
    expect(await commit.submit(3)).toBe(3);
  });

  it('rejects a group whose work gives too few results', async () => {
    const commit = new GroupCommit<number, number>({ work: async () => [] });
    await expect(commit.submit(1)).rejects.toThrow('0 results for 1 items');
  });

  it('refuses what is too much', async () => {
    const gate = Promise.withResolvers<void>();
    const commit = new GroupCommit<number, number>({
      maxGroup: 1,
      maxWaiting: 2,
      work: async (items) => {
        await gate.promise;
        return items;
      },
    });
    const first = commit.submit(1);
    await Promise.resolve();
    await Promise.resolve();
    const waiting = [commit.submit(2), commit.submit(3)];
    await expect(commit.submit(4)).rejects.toMatchObject({ code: 'overloaded', retryable: true });
    expect(commit.waiting).toBe(2);
    gate.resolve();
    expect(await Promise.all([first, ...waiting])).toEqual([1, 2, 3]);
  });

  it('finishes what it took before it is closed, and takes no more', async () => {
    const commit = new GroupCommit<number, number>({ work: async (items) => items });
    const taken = commit.submit(1);
    await commit.close();
    expect(await taken).toBe(1);
    await expect(commit.submit(2)).rejects.toMatchObject({ code: 'closed', retryable: false });
  });
});
