import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Confirm, DurableEvent } from '#/protocol/mqtt/events';
import { getDb } from '#/server/db/client';
import { until } from '#/server/testing/until';
import { makeGateway, makeJob, type TestGateway } from '../testing/make-gateway';
import { durable, HAPPY_PATH, hello, jobReport } from '../testing/wire-device';
import { createEventLanes, type EventLanes } from './event-lanes';

/** Lanes whose confirmations are kept. */
function openLanes(gapPatienceMs?: number): { lanes: EventLanes; confirms: Confirm[] } {
  const confirms: Confirm[] = [];
  const lanes = createEventLanes((_topic, payload) => void confirms.push(JSON.parse(payload) as Confirm), { gapPatienceMs });
  return { lanes, confirms };
}

async function committed(gateway: TestGateway, epoch: string, n: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const row = await getDb().gateway.findUniqueOrThrow({ where: { id: gateway.id } });
      expect([row.eventEpoch, row.lastEventN]).toEqual([epoch, BigInt(n)]);
    },
    { timeout: 60_000, interval: 20 },
  );
}

function wholeUpdate(epoch: string, jobId: string): DurableEvent[] {
  const reports = HAPPY_PATH.map(([event, state], index) => jobReport(jobId, index + 1, event, state));
  return [hello(), ...reports].map((body, index) => durable(epoch, index + 1, body));
}

describe('durable events', () => {
  it('end in the same state and the same timeline, however they are shuffled, doubled and delayed', async () => {
    const length = HAPPY_PATH.length + 1;
    const order = fc.shuffledSubarray([...Array(length).keys()], { minLength: length });
    const copies = fc.array(fc.nat(length - 1), { maxLength: 15 });
    await fc.assert(
      fc.asyncProperty(order, copies, fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), async (first, again, onOther) => {
        const gateway = await makeGateway({ bootId: null });
        const jobId = await makeJob(gateway);
        const epoch = randomUUID();
        const events = wholeUpdate(epoch, jobId);
        // Two controllers: each message goes to one of them, copies come later and anywhere.
        const controllers = [openLanes(), openLanes()];
        for (const [index, which] of [...first, ...again].entries()) {
          controllers[onOther[index] ? 1 : 0]?.lanes.add(gateway.id, events[which] as DurableEvent);
        }
        await committed(gateway, epoch, length);
        const job = await getDb().job.findUniqueOrThrow({ where: { id: jobId }, include: { events: { orderBy: { id: 'asc' } } } });
        expect(job.state).toBe('confirmed');
        expect(job.reportSeq).toBe(BigInt(HAPPY_PATH.length));
        expect(job.events.map((event) => event.message)).toEqual(HAPPY_PATH.map(([event], index) => `${index + 1} ${event}`));
        // Nothing is confirmed beyond what is committed, and the last is.
        const confirmed = controllers.flatMap(({ confirms }) => confirms.map(({ n }) => n));
        expect(Math.max(...confirmed)).toBe(length);
        await Promise.all(controllers.map(({ lanes }) => lanes.stop()));
      }),
      { numRuns: 12 },
    );
  });

  it('of an epoch that is over change nothing, whenever they come', async () => {
    const gateway = await makeGateway({ bootId: null });
    const { lanes } = openLanes();
    const [older, newer] = [randomUUID(), randomUUID()];
    for (const n of [1, 2]) lanes.add(gateway.id, durable(older, n, hello({ osVersion: 'old' })));
    await committed(gateway, older, 2);
    lanes.add(gateway.id, durable(newer, 1, hello({ osVersion: 'new' })));
    await committed(gateway, newer, 1);
    lanes.add(gateway.id, durable(older, 3, hello({ osVersion: 'old' })));
    lanes.add(gateway.id, durable(older, 1, hello({ osVersion: 'old' })));
    lanes.add(gateway.id, durable(newer, 2, hello({ osVersion: 'newest' })));
    await committed(gateway, newer, 2);
    expect(await getDb().gateway.findUnique({ where: { id: gateway.id } })).toMatchObject({ osVersion: 'newest', eventEpoch: newer });
    await lanes.stop();
  });

  it('behind a missing number are not confirmed, and wait for it', async () => {
    const gateway = await makeGateway({ bootId: null });
    const { lanes, confirms } = openLanes();
    const epoch = randomUUID();
    lanes.add(gateway.id, durable(epoch, 1, hello()));
    await committed(gateway, epoch, 1);
    lanes.add(gateway.id, durable(epoch, 3, hello({ osVersion: 'three' })));
    // Another gateway's event passes meanwhile: the lane waits, not the controller.
    const other = await makeGateway({ bootId: null });
    lanes.add(other.id, durable(epoch, 1, hello()));
    await committed(other, epoch, 1);
    expect(confirms.filter(({ n }) => n > 1)).toEqual([]);
    lanes.add(gateway.id, durable(epoch, 2, hello({ osVersion: 'two' })));
    await committed(gateway, epoch, 3);
    expect(await getDb().gateway.findUnique({ where: { id: gateway.id } })).toMatchObject({ osVersion: 'three' });
    await lanes.stop();
  });

  it('accept a gap only when the agent shows that it has nothing older (a restored database)', async () => {
    const gateway = await makeGateway({ bootId: null });
    const { lanes, confirms } = openLanes(50);
    const epoch = randomUUID();
    lanes.add(gateway.id, durable(epoch, 1, hello()));
    await committed(gateway, epoch, 1);
    // One copy: set aside unconfirmed, for what is missing may still come.
    lanes.add(gateway.id, durable(epoch, 8, hello({ osVersion: 'eight' })));
    const other = await makeGateway({ bootId: null });
    await until(() => {
      // The lane has let go of it: the next event of the gateway is taken.
      lanes.add(gateway.id, durable(epoch, 1, hello()));
      return confirms.filter(({ n }) => n === 1).length > 1;
    });
    expect(confirms.some(({ n }) => n === 8)).toBe(false);
    for (let copy = 0; copy < 3; copy += 1) lanes.add(gateway.id, durable(epoch, 8, hello({ osVersion: 'eight' })));
    lanes.add(other.id, durable(epoch, 1, hello()));
    await committed(gateway, epoch, 8);
    expect(await getDb().gateway.findUnique({ where: { id: gateway.id } })).toMatchObject({ osVersion: 'eight' });
    await lanes.stop();
  });
});
