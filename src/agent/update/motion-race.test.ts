/** The crane starts to move at a random instant between the write and the restart: then there is no restart (safety design). */
import { expect, it } from 'vitest';
import { seededRandom } from '../storage/power-cut';
import { SimDisk } from '../storage/sim-disk';
import { SimClock } from '../testing/sim-clock';
import { clearSignals, PATHS, SimGateway, type SimPlant } from '../testing/sim-gateway';
import { makeImage } from '../testing/sim-images';
import { deployOrder } from '../testing/sim-orders';
import { SimServer } from '../testing/sim-server';

const RUNS = Number(process.env.RACE_RUNS ?? 10_000);
const oldImage = makeImage('v5.0.4', 100);
const newImage = makeImage('v5.0.5', 200);

/** Disk and server just before the first operation after the write is reported. */
async function afterTheWrite(): Promise<{ disk: SimDisk; server: SimServer }> {
  const disk = new SimDisk();
  disk.plant(`${PATHS.slots}/slot-a.img`, oldImage.bytes);
  const server = new SimServer([]);
  const gateway = await SimGateway.powerOn(disk, { clock: new SimClock(), server, image: newImage });
  const moment = new Promise<{ disk: SimDisk; server: SimServer }>((resolve) => {
    disk.onOperation = (cut) => {
      if (server.position.state === 'written') resolve({ disk: cut().afterCut('killed', 0), server: server.copy() });
    };
  });
  await gateway.engine.handle(deployOrder(newImage));
  return moment;
}

it(`never restarts a crane that began to move: ${RUNS} interleavings`, { timeout: 360_000 }, async () => {
  const start = await afterTheWrite();
  const random = seededRandom(4);
  const seen = { restarted: 0, held: 0, switched: 0 };
  for (let run = 0; run < RUNS; run += 1) {
    const clock = new SimClock();
    let moving = false;
    const movesAt = 1 + Math.floor(random() * 60);
    const disk = start.disk.afterCut('killed', 0);
    const plant: SimPlant = {
      clock,
      server: start.server.copy(),
      image: newImage,
      signals: () => {
        const set = clearSignals(clock);
        if (set.crane_motion) set.crane_motion.value.moving = moving;
        return set;
      },
    };
    disk.onOperation = () => {
      // Slow disks as well: a sample may grow too old before it is used.
      clock.pass(Math.floor(random() * 900));
      if (disk.log.length >= movesAt) moving = true;
    };
    const gateway = await SimGateway.powerOn(disk, plant);
    const held = new Promise<'held'>((resolve) => {
      const look = () => {
        const state = plant.server.position.state;
        const waits = [...plant.server.events.values()].some(
          ({ body }) => body.type === 'log' && body.entries[0]?.message.includes('the reboot waits'),
        );
        if (state === 'waiting' || waits) resolve('held');
      };
      gateway.outbox.onAppend(look);
      look();
    });
    const outcome = await Promise.race([gateway.restarts.then(() => (moving ? ('moving' as const) : ('restarted' as const))), held]);
    if (outcome === 'moving') throw new Error(`run ${run}: restarted although the crane moved from operation ${movesAt} on`);
    seen[outcome] += 1;
    if (outcome === 'held' && plant.server.position.state === 'boot_pending') seen.switched += 1;
    await gateway.engine.stop();
    disk.powerOff();
  }
  console.info(
    `motion race: ${RUNS} interleavings, ${seen.restarted} restarted at rest, ${seen.held} held (${seen.switched} of them after the switch)`,
  );
  expect(seen.held).toBeGreaterThan(1000);
  expect(seen.switched).toBeGreaterThan(100);
  expect(seen.restarted).toBeGreaterThan(1000);
});
