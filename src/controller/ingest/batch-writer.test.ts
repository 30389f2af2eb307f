import { describe, expect, it, vi } from 'vitest';
import { createBatchWriter } from './batch-writer';

const newest = (a: number, b: number) => Math.max(a, b);
/** What PostgreSQL says of data that it does not take. */
const refused = () => Object.assign(new Error('invalid'), { code: '22P05' });

describe('the batch writer', () => {
  it('writes the newest of each key, sorted, in sets of the given size', async () => {
    const written: number[][] = [];
    const writer = createBatchWriter<number>({
      name: 't',
      flushMs: 1,
      size: 2,
      merge: newest,
      write: async (items) => void written.push(items),
    });
    for (const [key, value] of [
      ['c', 3],
      ['a', 1],
      ['b', 9],
      ['b', 2],
    ] as const)
      writer.add(key, value);
    await writer.stop();
    expect(written).toEqual([[1, 9], [3]]);
  });

  it('never writes twice at once, and keeps what comes meanwhile', async () => {
    let running = 0;
    const sums: number[] = [];
    const gate = Promise.withResolvers<void>();
    const writer = createBatchWriter<number>({
      name: 't',
      flushMs: 1,
      size: 10,
      merge: newest,
      write: async (items) => {
        running += 1;
        expect(running).toBe(1);
        await gate.promise;
        sums.push(...items);
        running -= 1;
      },
    });
    writer.add('a', 1);
    await vi.waitFor(() => expect(running).toBe(1), { timeout: 30_000 });
    writer.add('a', 2);
    writer.add('b', 3);
    gate.resolve();
    await writer.stop();
    expect(sums).toEqual([1, 2, 3]);
  });

  it('leaves out the item that the database refuses, and only that', async () => {
    const written: number[] = [];
    const write = async (items: number[]) => {
      if (items.includes(13)) throw refused();
      written.push(...items);
    };
    const writer = createBatchWriter<number>({ name: 't', flushMs: 1, size: 100, merge: newest, write });
    for (let value = 0; value < 50; value += 1) writer.add(String(value).padStart(2, '0'), value);
    await writer.stop();
    expect(written).toEqual(Array.from({ length: 50 }, (_, value) => value).filter((value) => value !== 13));
  });

  it('tries again what a database that is away did not take, and never puts the older over the newer', async () => {
    let away = true;
    let tries = 0;
    const written: number[][] = [];
    const write = async (items: number[]) => {
      tries += 1;
      if (away) throw Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
      written.push(items);
    };
    const writer = createBatchWriter<number>({ name: 't', flushMs: 1, size: 10, merge: newest, write });
    writer.add('a', 5);
    writer.add('b', 1);
    await vi.waitFor(() => expect(tries).toBe(1), { timeout: 30_000 });
    writer.add('a', 4);
    writer.add('b', 2);
    away = false;
    await vi.waitFor(() => expect(written).toEqual([[5, 2]]), { timeout: 30_000 });
    await writer.stop();
  });
});
