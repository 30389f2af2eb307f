/** A gateway on a crane whose signals a test changes while the engine runs, and what it has said. For tests. */
import type { Constraint, SignalSet } from '#/domain/safety/signals';
import type { PinnedKey } from '../commands/open-signed';
import { slotFile } from '../slots/file-slots';
import { SimDisk } from '../storage/sim-disk';
import { type GrantOffice, type GrantOrder, placeOf } from './grant-office';
import { SimClock } from './sim-clock';
import { clearSignals, PATHS, SimGateway, type SimPlant } from './sim-gateway';
import { makeImage } from './sim-images';
import { SimServer } from './sim-server';

export const OLD_IMAGE = makeImage('v5.0.4', 100);
export const NEW_IMAGE = makeImage('v5.0.5', 6000);

/** A crane whose signals a test changes while the engine runs. */
export class Crane {
  battery = 100;
  moving = false;
  stoppedAtMs: number | null = null;
  missing: Constraint | null = null;
  sampledAgoMs = 0;
  disagree = false;
  distanceM = 40;

  read(clock: SimClock): SignalSet {
    const set = clearSignals({ nowMs: () => clock.nowMs() - this.sampledAgoMs });
    if (set.ups_battery) set.ups_battery.value.levelPercent = this.battery;
    if (set.acs_collision) set.acs_collision.value.distanceM = this.distanceM;
    if (set.crane_motion) {
      const lastMovementAt = this.stoppedAtMs === null ? null : new Date(this.stoppedAtMs).toISOString();
      set.crane_motion.value = { moving: this.moving, loadSuspended: false, sourcesDisagree: this.disagree, lastMovementAt };
    }
    // Clear for ever, also by a clock that is set back.
    for (const signal of Object.values(set)) signal.clearSinceAt = '2020-01-01T00:00:00.000Z';
    if (this.missing !== null) delete set[this.missing];
    return set;
  }
}

/** A gateway on that crane; a life of its own on a fresh disk unless it is given one. */
export async function powerOnAt(crane: Crane, grantKeys: PinnedKey[], more: Partial<SimPlant> = {}, disk?: SimDisk): Promise<SimGateway> {
  const fresh = new SimDisk();
  fresh.plant(slotFile(PATHS.slots, 'A'), OLD_IMAGE.bytes);
  const signals = (clock: SimClock) => crane.read(clock);
  const plant: SimPlant = { clock: new SimClock(), server: new SimServer([]), image: NEW_IMAGE, grantKeys, signals, ...more };
  return SimGateway.powerOn(disk ?? fresh, plant);
}

/** Resolves when the condition holds; looked at after everything that is said. */
export function until(gateway: SimGateway, condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!condition()) return;
      stop();
      resolve();
    };
    const stop = gateway.outbox.onAppend(look);
    look();
  });
}

/** Offers a grant that is right for this gateway and moment, but for what the order says. Resolves with OK or the code of the refusal. */
export async function offer(gateway: SimGateway, office: GrantOffice, order: GrantOrder): Promise<string> {
  for (;;) {
    const grant = await office.sign(placeOf(gateway), gateway.plant.clock.nowMs(), order);
    const { code, details } = await gateway.engine.handle({ name: 'grant.offer', grant });
    // Simulated minutes pass while a real signature is made: a server would offer it with the next nonce.
    if (details?.code !== 'GRANT_NONCE_STALE') return code === 'OK' ? code : String(details?.code);
  }
}

export const state = (gateway: SimGateway) => gateway.plant.server.position.state;
export const states = (gateway: SimGateway) => gateway.plant.server.states();
export const said = (gateway: SimGateway) =>
  [...gateway.plant.server.events.values()].flatMap(({ body }) => (body.type === 'grant' ? [body] : []));
export const used = (gateway: SimGateway) => said(gateway).filter((one) => one.state === 'used');
export const lastHold = (gateway: SimGateway) => gateway.plant.server.reports.filter((one) => one.state === 'waiting').at(-1)?.holds ?? [];
export const waits = (gateway: SimGateway, message: RegExp) =>
  until(gateway, () => lastHold(gateway).some((one) => message.test(one.message)));
/** So many looks of a job that waits. */
export async function looks(gateway: SimGateway, count: number): Promise<void> {
  const untilMs = gateway.plant.clock.monotonicMs() + count * 1000;
  while (gateway.plant.clock.monotonicMs() < untilMs) await new Promise((resolve) => setImmediate(resolve));
}
