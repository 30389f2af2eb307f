/** Load, memory, disk and temperature of this host, from the operating system. */
import { readdir, readFile, statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem, uptime } from 'node:os';
import type { TelemetryReport } from '#/protocol/mqtt/events';

export type Vitals = NonNullable<TelemetryReport['vitals']>;
export type VitalsReader = () => Promise<Vitals>;

const THERMAL = '/sys/class/thermal';

/** CPU load is over the time since the call before; `folder` names the disk that counts. */
export function createHostVitals(folder: string): VitalsReader {
  let before = cpuTimes();
  return async () => {
    const now = cpuTimes();
    const totalMs = now.total - before.total;
    const cpuPercent = totalMs > 0 ? 100 * (1 - (now.idle - before.idle) / totalMs) : 0;
    before = now;
    const { bavail, blocks, bsize, bfree } = await statfs(folder);
    const memoryFreeBytes = await availableMemory();
    return {
      cpuPercent: percent(cpuPercent),
      memoryPercent: percent(100 * (1 - memoryFreeBytes / totalmem())),
      diskPercent: percent((100 * (blocks - bfree)) / (blocks - bfree + bavail)),
      temperatureC: await temperature(),
      uptimeSeconds: Math.floor(uptime()),
      memoryFreeBytes,
      diskFreeBytes: bavail * bsize,
    };
  };
}

const percent = (value: number) => Math.min(100, Math.max(0, Math.round(value * 10) / 10));

function cpuTimes(): { idle: number; total: number } {
  const times = cpus().map((cpu) => cpu.times);
  const total = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return { idle: times.reduce((sum, { idle }) => sum + idle, 0), total };
}

/** What programs can still get: free memory and caches that give way. */
async function availableMemory(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kilobytes = /^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1];
  return kilobytes === undefined ? freemem() : Number(kilobytes) * 1024;
}

/** The hottest thermal zone, or null on a host without one. */
async function temperature(): Promise<number | null> {
  const zones = (await readdir(THERMAL).catch((): string[] => [])).filter((name) => name.startsWith('thermal_zone'));
  const read = await Promise.all(zones.map((zone) => readFile(`${THERMAL}/${zone}/temp`, 'utf8').catch(() => '')));
  const degrees = read.map((text) => Number.parseInt(text, 10) / 1000).filter((value) => value > -50 && value < 200);
  return degrees.length === 0 ? null : Math.max(...degrees);
}
