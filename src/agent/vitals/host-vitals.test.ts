import { tmpdir, totalmem, uptime } from 'node:os';
import { expect, it } from 'vitest';
import { telemetrySchema } from '#/protocol/mqtt/events';
import { createHostVitals } from './host-vitals';

it('measures this host', async () => {
  const read = createHostVitals(tmpdir());
  // Work, so that the load between two looks is not nothing.
  let sum = 0;
  for (let count = 0; count < 3e7; count += 1) sum += Math.sqrt(count);
  expect(sum).toBeGreaterThan(0);
  const vitals = await read();
  expect(telemetrySchema.parse({ v: 1, at: new Date().toISOString(), vitals }).vitals).toEqual(vitals);
  expect(vitals.cpuPercent).toBeGreaterThan(0);
  expect(vitals.memoryFreeBytes).toBeGreaterThan(0);
  expect(vitals.memoryFreeBytes).toBeLessThan(totalmem());
  expect(Math.abs(vitals.uptimeSeconds - uptime())).toBeLessThan(5);
});
