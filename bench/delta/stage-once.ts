/** One download of an image by the agent's own code, in a process of its own, so that its memory and CPU can be told apart. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '#/agent/clock';
import { stageByAnyWay, type TransferReport } from '#/agent/delta/stage-image';
import type { SlotPort } from '#/agent/slots/slot-port';
import { createNodeStorage } from '#/agent/storage/node-storage';

export type StageOrder = {
  url: string;
  username: string;
  password: string;
  sha256: string;
  folder: string;
  /** The image in the running slot. */
  slot: { path: string; sha256: string };
  sizeBytes: number;
  ways: { delta: boolean; xdelta3: string | null };
};
export type StageResult = {
  report: TransferReport;
  seconds: number;
  cpuSeconds: number;
  /** Peak beyond what the process had before it began, and the peak of xdelta3. */
  memoryBytes: number;
  childBytes: number;
};

const order: StageOrder = JSON.parse(process.argv[2] ?? '');
const storage = createNodeStorage();
const slots = { openForRead: () => storage.open(order.slot.path, 'read'), pathOf: () => order.slot.path } as unknown as SlotPort;
const contents = [{ slot: 'A' as const, sha256: order.slot.sha256, usedBytes: (await stat(order.slot.path)).size }];
const tools = { folder: join(order.folder, 'delta'), slots, contents, xdelta3: order.ways.xdelta3 };

let [peak, childBytes] = [0, 0];
const look = async () => {
  peak = Math.max(peak, process.memoryUsage.rss());
  const children = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8').catch(() => '');
  for (const child of children.split(' ').filter(Boolean)) {
    const status = await readFile(`/proc/${child}/status`, 'utf8').catch(() => '');
    if (/^Name:\s+xdelta3/m.test(status)) childBytes = Math.max(childBytes, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024);
  }
};
globalThis.gc?.();
const base = process.memoryUsage.rss();
const cpu = process.cpuUsage();
const startMs = performance.now();
const timer = setInterval(() => void look(), 20);
const download = { storage, folder: join(order.folder, 'staging'), clock: systemClock, fetchHttp: fetch };
const credentials = { username: order.username, password: order.password, speedLimitBytesPerSecond: 0 };
const { url, sha256, sizeBytes } = order;
const never = new AbortController().signal;
const report = await stageByAnyWay(download, order.ways.delta ? tools : null, { url, sha256, sizeBytes, ...credentials }, never, () => {});
clearInterval(timer);
await look();
const used = process.cpuUsage(cpu);
const result: StageResult = {
  report,
  seconds: (performance.now() - startMs) / 1000,
  cpuSeconds: (used.user + used.system) / 1e6,
  memoryBytes: peak - base,
  childBytes,
};
process.stdout.write(JSON.stringify(result));
