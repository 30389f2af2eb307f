/**
 * A crane that rests too short a time, a grant that lets that do, and at random instants between the write and the restart:
 * the crane begins to move, the grant is revoked, or both. Then there is no restart.
 */
import { expect, it } from 'vitest';
import { seededRandom } from '../storage/power-cut';
import { SimDisk } from '../storage/sim-disk';
import { MOTION_GRANT, openGrantOffice, placeOf } from '../testing/grant-office';
import { SimClock } from '../testing/sim-clock';
import { clearSignals, PATHS, SimGateway, type SimPlant } from '../testing/sim-gateway';
import { makeImage } from '../testing/sim-images';
import { deployOrder } from '../testing/sim-orders';
import { SimServer } from '../testing/sim-server';

const RUNS = Number(process.env.RACE_RUNS ?? 5_000);
const REST_NEEDED_MS = 60_000;
const oldImage = makeImage('v5.0.4', 100);
const newImage = makeImage('v5.0.5', 200);

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

it(`a grant never restarts a crane that began to move, nor after it was revoked: ${RUNS} interleavings`, { timeout: 360_000 }, async () => {
  const start = await afterTheWrite();
  const office = await openGrantOffice();
  const random = seededRandom(11);
  const seen = { underGrant: 0, rested: 0, moved: 0, revoked: 0, revokedAfterUse: 0 };
  for (let run = 0; run < RUNS; run += 1) {
    const clock = new SimClock();
    const stoppedAtMs = clock.nowMs() - Math.floor(random() * 50_000);
    const at = () => (random() < 0.5 ? 1 + Math.floor(random() * 60) : Number.POSITIVE_INFINITY);
    const [movesAt, revokedAt] = [at(), at()];
    let moving = false;
    /** The agent has answered the revocation. */
    let revoked = false;
    const disk = start.disk.afterCut('killed', 0);
    const plant: SimPlant = {
      clock,
      server: start.server.copy(),
      image: newImage,
      grantKeys: office.keys,
      signals: () => {
        const set = clearSignals(clock);
        if (set.crane_motion) Object.assign(set.crane_motion.value, { moving, lastMovementAt: new Date(stoppedAtMs).toISOString() });
        return set;
      },
    };
    const gateway = await SimGateway.powerOn(disk, plant);
    const reports = () => [...plant.server.events.values()].flatMap(({ body }) => (body.type === 'grant' ? [body.state] : []));
    let operations = 0;
    let asked = false;
    disk.onOperation = () => {
      operations += 1;
      clock.pass(Math.floor(random() * 300));
      if (operations >= movesAt) moving = true;
      if (operations < revokedAt || asked) return;
      asked = true;
      const answered = gateway.engine.handle({ name: 'grant.revoke', grantId: 'grant-1', reason: 'test' });
      answered.then(() => {
        revoked = true;
      });
    };
    const restart = gateway.restarts.then(() => ({ moving, revoked, restMs: clock.nowMs() - stoppedAtMs }));
    const grant = await office.sign(placeOf(gateway), clock.nowMs(), { ...MOTION_GRANT, job_id: 'OTA-JOB-00001' });
    await gateway.engine.handle({ name: 'grant.offer', grant });
    // A crane that moves holds for ever; one whose grant is gone restarts when it has rested long enough.
    let over = false;
    const held = new Promise<null>((resolve) => {
      const look = () => {
        if (moving && clock.nowMs() - stoppedAtMs > REST_NEEDED_MS + 5000) resolve(null);
        else if (!over) setImmediate(look);
      };
      look();
    });
    const outcome = await Promise.race([restart, held]);
    over = true;
    const uses = reports().filter((state) => state === 'used').length;
    const describeRun = `run ${run}: moves at ${movesAt}, revoked at ${revokedAt}, ${JSON.stringify(outcome)}, ${reports()}`;
    if (uses > 1) throw new Error(`${describeRun}: used ${uses} times`);
    if (outcome?.moving) throw new Error(`${describeRun}: restarted although the crane moves`);
    if (outcome && outcome.restMs < REST_NEEDED_MS && (outcome.revoked || uses !== 1))
      throw new Error(`${describeRun}: restarted without a grant`);
    if (outcome === null) seen.moved += 1;
    else if (outcome.restMs < REST_NEEDED_MS) seen.underGrant += 1;
    else seen.rested += 1;
    if (revoked) seen.revoked += 1;
    if (revoked && uses === 1) seen.revokedAfterUse += 1;
    await gateway.engine.stop();
    disk.powerOff();
  }
  console.info(
    `grant race: ${RUNS} interleavings, ${seen.underGrant} restarted under a grant, ${seen.rested} after enough rest, ` +
      `${seen.moved} held by movement; ${seen.revoked} revocations answered, ${seen.revokedAfterUse} of them between use and restart`,
  );
  expect(Math.min(seen.underGrant, seen.rested, seen.moved, seen.revoked)).toBeGreaterThan(RUNS / 50);
  expect(seen.revokedAfterUse).toBeGreaterThan(RUNS / 200);
});
