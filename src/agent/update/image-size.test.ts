import { describe, expect, it, onTestFinished } from 'vitest';
import { partPath } from '../download/part-file';
import { slotFile } from '../slots/file-slots';
import { SimDisk } from '../storage/sim-disk';
import { SimClock } from '../testing/sim-clock';
import { PATHS, SimGateway } from '../testing/sim-gateway';
import { makeImage } from '../testing/sim-images';
import { deployOrder, installOrder } from '../testing/sim-orders';
import { SimServer } from '../testing/sim-server';

const oldImage = makeImage('v5.0.4', 4096);
const newImage = makeImage('v5.0.5', 6000);

/** The last report of an install whose staged image is not as long as the order says. */
async function installWith(staged: Uint8Array, verifySize: boolean) {
  const disk = new SimDisk();
  disk.plant(slotFile(PATHS.slots, 'A'), oldImage.bytes);
  const gateway = await SimGateway.powerOn(disk, { clock: new SimClock(), server: new SimServer([]), image: newImage });
  onTestFinished(() => gateway.engine.stop());
  await gateway.engine.handle(deployOrder(newImage, { intent: 'download' }));
  await new Promise<void>((resolve) => {
    const look = () => gateway.plant.server.states().includes('downloaded') && resolve();
    gateway.outbox.onAppend(look);
    look();
  });
  disk.plant(partPath(PATHS.staging, newImage.sha256), staged);
  await gateway.engine.handle(installOrder('seamless', { verifySize }));
  await gateway.over;
  return gateway.plant.server.reports.at(-1);
}

describe('a staged image of another size', () => {
  const longer = Buffer.concat([newImage.bytes, Buffer.alloc(1)]);
  it.each([
    ['shorter', newImage.bytes.subarray(0, -1)],
    ['longer', longer],
  ])('%s: refused before it is hashed', async (_name, staged) => {
    const report = await installWith(staged, true);
    expect(report).toMatchObject({ event: 'fail', errorCode: 'CHECKSUM_MISMATCH', message: expect.stringContaining('bytes instead of') });
    expect(report?.details).toEqual({ where: 'staging', expectedBytes: newImage.bytes.length, actualBytes: staged.length });
  });

  it.each([
    ['shorter', newImage.bytes.subarray(0, -1)],
    ['longer', longer],
    ['empty', new Uint8Array()],
  ])('%s: without the comparison no better', async (_name, staged) => {
    expect(await installWith(staged, false)).toMatchObject({ event: 'fail', errorCode: 'CHECKSUM_MISMATCH' });
  });
});
