/** Makes the index of one image as the controller does, in a process of its own, so that its memory and CPU can be told apart. */
import { closeDb } from '#/server/db/client';
import { makeNextIndex } from '#/server/delta/make-index';

export type IndexResult = {
  seconds: number;
  cpuSeconds: number;
  /** Peak beyond what the process had before it began. */
  memoryBytes: number;
};

const sha256 = process.argv[2] ?? '';
globalThis.gc?.();
const base = process.memoryUsage.rss();
let peak = base;
const timer = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 20);
const cpu = process.cpuUsage();
const startMs = performance.now();
await makeNextIndex(new AbortController().signal, sha256);
const seconds = (performance.now() - startMs) / 1000;
clearInterval(timer);
const used = process.cpuUsage(cpu);
const result: IndexResult = {
  seconds,
  cpuSeconds: (used.user + used.system) / 1e6,
  memoryBytes: Math.max(peak, process.memoryUsage.rss()) - base,
};
await closeDb();
process.stdout.write(JSON.stringify(result));
