import { describe, expect, it } from 'vitest';
import type { DurableBody, DurableEvent } from '#/protocol/mqtt/events';
import type { Clock } from '../ports';
import type { CrashMode } from '../storage/power-cut';
import { SimDisk } from '../storage/sim-disk';
import { type Outbox, openOutbox } from './outbox';

const clock: Clock = { nowMs: () => 1_700_000_000_000, monotonicMs: () => 0, wait: async () => true };
const result = (seq: number, size = 0): DurableBody => ({
  type: 'command_result',
  commandId: `c${seq}`,
  seq,
  code: 'OK',
  message: 'x'.repeat(size),
  details: {},
});
const log = (message: string): DurableBody => ({
  type: 'log',
  entries: [{ at: '2026-01-01T00:00:00.000Z', level: 'info', source: 'system', message, details: {} }],
});
let epochs = 0;
const open = (disk: SimDisk, more: object = {}): Promise<Outbox> =>
  openOutbox({ storage: disk.storage(), folder: '/d/outbox', clock, newEpoch: () => `e${++epochs}`, ...more });
const numbers = (outbox: Outbox) => outbox.pending(0, 1000).map((event) => event.n);

describe('outbox', () => {
  it('numbers without gaps, tells listeners after the sync, and survives a power cut', async () => {
    const disk = new SimDisk();
    const outbox = await open(disk);
    const heard: number[] = [];
    const stop = outbox.onAppend((event) => heard.push(event.n));
    expect(await Promise.all([1, 2, 3].map((seq) => outbox.append(result(seq))))).toEqual([1, 2, 3]);
    stop();
    await outbox.append(result(4));
    expect(heard).toEqual([1, 2, 3]);
    const again = await open(disk.afterCut('lost', 1));
    expect(again.epoch).toBe(outbox.epoch);
    expect(numbers(again)).toEqual([1, 2, 3, 4]);
    expect(again.pending(3, 1).map((event) => event.n)).toEqual([3]);
    expect(await again.append(result(5))).toBe(5);
  });

  it('drops what is confirmed, ignores another epoch and numbers never given', async () => {
    const disk = new SimDisk();
    const outbox = await open(disk);
    for (let seq = 1; seq <= 5; seq += 1) await outbox.append(result(seq));
    await outbox.confirm('other', 5);
    await outbox.confirm(outbox.epoch, 99);
    expect(numbers(outbox)).toEqual([1, 2, 3, 4, 5]);
    await outbox.confirm(outbox.epoch, 3);
    await outbox.confirm(outbox.epoch, 2);
    expect(numbers(outbox)).toEqual([4, 5]);
    await outbox.append(result(6));
    expect(numbers(await open(disk.afterCut('lost', 1)))).toEqual([4, 5, 6]);
  });

  it('goes on in new files and removes the confirmed ones, keeping the number', async () => {
    const disk = new SimDisk();
    const outbox = await open(disk, { segmentBytes: 500 });
    for (let seq = 1; seq <= 20; seq += 1) await outbox.append(result(seq, 200));
    const files = async () => (await disk.storage().list('/d/outbox')).filter((name) => name.endsWith('.log'));
    expect((await files()).length).toBeGreaterThan(5);
    await outbox.confirm(outbox.epoch, 20);
    expect(await files()).toHaveLength(1);
    const again = await open(disk.afterCut('lost', 1));
    expect(await again.append(result(21))).toBe(21);
  });

  it('never takes a number twice for different content, at any cut', async () => {
    let cuts = 0;
    for (let cutAt = 1; cutAt < 400; cutAt += 1) {
      const disk = new SimDisk();
      disk.cutAt = cutAt;
      const shown = new Map<string, DurableEvent>();
      const run = (async () => {
        const outbox = await open(disk, { segmentBytes: 300 });
        outbox.onAppend((event) => shown.set(`${event.epoch}/${event.n}`, event));
        for (let seq = 1; seq <= 8; seq += 1) {
          await outbox.append(result(seq, 90));
          if (seq % 3 === 0) await outbox.confirm(outbox.epoch, seq - 1);
        }
        return 'done';
      })();
      if ((await Promise.race([run, disk.powerCut])) === 'done') break;
      for (const mode of ['killed', 'finished', 'lost', 'torn', 'torn'] as CrashMode[]) {
        cuts += 1;
        const again = await open(disk.afterCut(mode, cutAt * 7 + cuts));
        await again.append(result(100));
        const all = again.pending(0, 100);
        for (const event of all) {
          const before = shown.get(`${event.epoch}/${event.n}`);
          if (before) expect(event).toEqual(before);
        }
        const last = [...shown.values()].at(-1);
        if (last) expect(all.map((event) => event.n)).toContain(last.n);
        expect(all.map((event) => event.n)).toEqual(all.map((_, index) => (all[0]?.n ?? 0) + index));
      }
    }
    expect(cuts).toBeGreaterThan(200);
  });

  it('begins a new epoch after damage and says again what can still be read', async () => {
    const disk = new SimDisk();
    const outbox = await open(disk);
    for (let seq = 1; seq <= 3; seq += 1) await outbox.append(result(seq));
    const path = `/d/outbox/${outbox.epoch}.000000000001.log`;
    const bytes = (disk.peek(path) as Uint8Array).slice();
    const secondLine = bytes.indexOf(10) + 40;
    bytes[secondLine] = (bytes[secondLine] as number) ^ 1;
    disk.plant(path, bytes);
    const again = await open(disk);
    expect(again.epoch).not.toBe(outbox.epoch);
    expect(again.pending(0, 9).map(({ n, body }) => [n, body])).toEqual([[1, result(1)]]);
    expect(await disk.storage().list('/d/outbox')).toEqual(['epoch', `${again.epoch}.000000000001.log`].sort());
  });

  it('refuses when the disk is full and goes on with the same number afterwards', async () => {
    const disk = new SimDisk();
    const outbox = await open(disk);
    await outbox.append(result(1));
    disk.freeBytes = 3;
    await expect(outbox.append(result(2, 300))).rejects.toMatchObject({ code: 'ENOSPC' });
    disk.freeBytes = 1e6;
    expect(await outbox.append(result(3))).toBe(2);
    expect(numbers(await open(disk.afterCut('lost', 1)))).toEqual([1, 2]);
  });

  it('does not take a number twice after a failed sync left its bytes behind', async () => {
    const disk = new SimDisk();
    const outbox = await open(disk);
    disk.failing = /^sync/;
    await expect(Promise.all([outbox.append(result(1, 400)), outbox.append(result(2, 10))])).rejects.toMatchObject({ code: 'EIO' });
    disk.failing = null;
    await outbox.append(result(3));
    const again = await open(disk.afterCut('killed', 1));
    expect(again.epoch).toBe(outbox.epoch);
    expect(again.pending(0, 9).map(({ body }) => body)).toEqual([result(3)]);
  });

  it('drops logs, never states, beyond the size cap, and says how many', async () => {
    const disk = new SimDisk();
    const outbox = await open(disk, { capBytes: 600 });
    for (let seq = 1; seq <= 5; seq += 1) await outbox.append(result(seq, 200));
    expect(await outbox.append(log('lost'))).toBeNull();
    expect(await outbox.append(result(6))).toBe(6);
    await outbox.confirm(outbox.epoch, 6);
    await outbox.append(result(7));
    expect(outbox.pending(0, 9).map(({ body }) => body.type)).toEqual(['log', 'command_result']);
  });
});
