import { describe, expect, it } from 'vitest';
import type { ArtifactReader } from './artifact-access';
import { type Budget, type Clock, createBudgets } from './bandwidth';

/** Time that jumps to the next who waits, as soon as everybody waits. */
function virtualTime() {
  let now = 1_000_000;
  const waiting: { atMs: number; wake: () => void }[] = [];
  const clock: Clock = {
    nowMs: () => now,
    waitUntil: (atMs) => new Promise<void>((wake) => waiting.push({ atMs, wake })),
  };
  return {
    clock,
    async run(work: Promise<unknown>[]) {
      let running = true;
      void Promise.all(work).then(() => {
        running = false;
      });
      const startMs = now;
      for (;;) {
        // Everything that can go on without time goes on first.
        await new Promise((resolve) => setImmediate(resolve));
        if (!running) return now - startMs;
        waiting.sort((a, b) => a.atMs - b.atMs);
        const next = waiting.shift();
        if (!next) throw new Error('nobody waits, and nobody is done');
        now = Math.max(now, next.atMs);
        next.wake();
      }
    },
  };
}

const reader = (gatewayId: string, gatewayLimit: number | null, siteLimit: number | null): ArtifactReader => ({
  gatewayId,
  siteId: 'site',
  gatewayLimit,
  siteLimit,
});

function required(budget: Budget | null): Budget {
  if (!budget) throw new Error('there is no budget');
  return budget;
}

/** Bytes that were sent by then, at each step. */
async function download(budget: Budget, bytes: number, clock: Clock, sent: { atMs: number; bytes: number }[]) {
  for (let left = bytes; left > 0; ) {
    const part = Math.min(budget.stepBytes, left);
    await budget.take(part);
    sent.push({ atMs: clock.nowMs(), bytes: part });
    left -= part;
  }
}

/** The most that went in any second. */
function mostPerSecond(sent: readonly { atMs: number; bytes: number }[]): number {
  return Math.max(
    ...sent.map(({ atMs }) => sent.filter((one) => one.atMs >= atMs && one.atMs < atMs + 1000).reduce((sum, one) => sum + one.bytes, 0)),
  );
}

describe('budgets of bandwidth', () => {
  it('no limit, no budget', () => {
    expect(createBudgets().budgetOf(reader('a', null, null))).toBeNull();
  });

  it('two gateways of a site together stay within the site’s, and share it evenly', async () => {
    const { clock, run } = virtualTime();
    const { budgetOf } = createBudgets(clock);
    const [one, two] = [[], []] as { atMs: number; bytes: number }[][];
    const start = clock.nowMs();
    const tookMs = await run([
      download(required(budgetOf(reader('a', null, 1_000_000))), 5_000_000, clock, one ?? []),
      download(required(budgetOf(reader('b', null, 1_000_000))), 5_000_000, clock, two ?? []),
    ]);
    // 10 MB at 1 MB/s, less the burst.
    expect(tookMs).toBeGreaterThan(9600);
    expect(tookMs).toBeLessThan(10_100);
    expect(mostPerSecond([...(one ?? []), ...(two ?? [])])).toBeLessThanOrEqual(1_000_000 * 1.25 + 2 * 62_500);
    const half = (sent: { atMs: number; bytes: number }[] = []) =>
      sent.filter(({ atMs }) => atMs < start + tookMs / 2).reduce((sum, { bytes }) => sum + bytes, 0);
    expect(Math.abs(half(one) - half(two))).toBeLessThan(200_000);
  });

  it('a gateway’s own limit holds within the site’s, and leaves the rest to the other', async () => {
    const { clock, run } = virtualTime();
    const { budgetOf } = createBudgets(clock);
    const [slow, fast] = [[], []] as { atMs: number; bytes: number }[][];
    await run([
      download(required(budgetOf(reader('a', 100_000, 1_000_000))), 400_000, clock, slow ?? []),
      download(required(budgetOf(reader('b', null, 1_000_000))), 3_600_000, clock, fast ?? []),
    ]);
    expect(mostPerSecond(slow ?? [])).toBeLessThanOrEqual(100_000 * 1.25 + 6250);
    expect((fast?.at(-1)?.atMs ?? 0) - 1_000_000).toBeLessThan(4200);
  });

  it('downloads of one gateway share its limit; a limit that is raised counts from the next download on', async () => {
    const { clock, run } = virtualTime();
    const { budgetOf } = createBudgets(clock);
    const both = () => download(required(budgetOf(reader('a', 200_000, null))), 500_000, clock, []);
    expect(await run([both(), both()])).toBeGreaterThan(4600);
    expect(await run([download(required(budgetOf(reader('a', 2_000_000, null))), 1_000_000, clock, [])])).toBeLessThan(700);
  });
});
