/** Runs a gateway through as many lives as its job takes, and says what was wrong at any power-on or at the end. */
import { bootSlotOf } from '../bootloader/decide-boot';
import { slotFile } from '../slots/file-slots';
import type { CrashMode } from '../storage/power-cut';
import type { SimDisk } from '../storage/sim-disk';
import { PATHS, SimGateway, type SimPlant } from '../testing/sim-gateway';
import { type SimImage, sha256Of } from '../testing/sim-images';

export type CrashPlant = SimPlant & {
  oldImage: SimImage;
  /** The job changes no slot: A runs at its end, whatever that is. */
  keepsSlot?: boolean;
  /** What else must hold at every power-on, and at the end. */
  check?: (gateway: SimGateway, isEnd: boolean) => string[];
};
/** A second cut: during which operation of a later life, and how. */
export type NextCut = { atOperation: number; mode: CrashMode; seed: number };

const MOST_LIVES = 20;

/** Lives until the job is over and once more; resolves with the faults that were seen. */
export async function liveOn(start: SimDisk, plant: CrashPlant, cuts: NextCut[] = []): Promise<string[]> {
  const faults: string[] = [];
  let disk = start;
  for (let life = 1; life <= MOST_LIVES; life += 1) {
    const cut = cuts.shift();
    if (cut) disk.cutAt = cut.atOperation;
    const outcome = await Promise.race([liveOnce(disk, plant, faults), disk.powerCut.then(() => 'cut' as const)]);
    if (outcome === 'cut') disk = disk.afterCut(cut?.mode ?? 'killed', cut?.seed ?? 0);
    else if (outcome.kind === 'restart') disk = outcome.disk;
    else return [...faults, ...plant.server.lies, ...(await checkEnd(outcome.disk, plant))];
    if (faults.length > 0) return faults;
  }
  return [...faults, `the job is not over after ${MOST_LIVES} lives: ${plant.server.states().join(' ')}`];
}

async function liveOnce(disk: SimDisk, plant: CrashPlant, faults: string[]): Promise<{ kind: 'restart' | 'over'; disk: SimDisk }> {
  try {
    const gateway = await SimGateway.powerOn(disk, plant);
    faults.push(...checkActive(gateway, plant));
    const kind = await Promise.race([gateway.restarts.then(() => 'restart' as const), gateway.over.then(() => 'over' as const)]);
    if (kind === 'over') return { kind, disk: await gateway.powerOff() };
    const after = disk.afterCut('killed', 0);
    disk.powerOff();
    return { kind, disk: after };
  } catch (error) {
    faults.push(`a life ended with ${error instanceof Error ? error.stack : error}`);
    return { kind: 'restart', disk };
  }
}

/** What must hold at every power-on: the slot that runs is whole, and old or new. */
function checkActive(gateway: SimGateway, plant: CrashPlant): string[] {
  const { activeSlot } = gateway.slots;
  const expected = activeSlot === 'A' ? plant.oldImage : plant.image;
  const bytes = gateway.disk.peek(slotFile(PATHS.slots, activeSlot)) ?? new Uint8Array();
  const faults = sha256Of(bytes) === expected.sha256 ? [] : [`slot ${activeSlot} runs but does not hold ${expected.version}`];
  if (gateway.journal.corruption !== null) faults.push(gateway.journal.corruption);
  faults.push(...(plant.check?.(gateway, false) ?? []));
  return faults;
}

/** What must hold at the end, and still after one more power cut: what the server believes is what boots. */
async function checkEnd(disk: SimDisk, plant: CrashPlant): Promise<string[]> {
  const { server } = plant;
  const gateway = await SimGateway.powerOn(disk.afterCut('lost', 1), plant);
  const env = await gateway.slots.env.read();
  const { state } = server.position;
  const slot = state === 'confirmed' && !plant.keepsSlot ? 'B' : 'A';
  const faults: string[] = [...checkActive(gateway, plant), ...(plant.check?.(gateway, true) ?? [])];
  if (gateway.slots.activeSlot !== slot) faults.push(`${state} is reported but slot ${gateway.slots.activeSlot} runs`);
  if (bootSlotOf(env) !== slot || env.upgrade_available === '1') faults.push(`${state}, but the environment is ${JSON.stringify(env)}`);
  const view = gateway.engine.view();
  if (view.job?.state !== state) faults.push(`the server believes ${state}, the agent ${view.job?.state}`);
  const running = view.slots.find((one) => one.id === slot)?.version;
  const expected = (slot === 'A' ? plant.oldImage : plant.image).version;
  if (running !== expected) faults.push(`slot ${slot} is reported as ${running}`);
  for (const one of view.slots) {
    const holds = sha256Of((gateway.disk.peek(slotFile(PATHS.slots, one.id)) ?? new Uint8Array()).subarray(0, one.usedBytes));
    if (one.status === 'writing') faults.push(`slot ${one.id} is still reported as being written`);
    if (one.status === 'ready' && one.version === null) faults.push(`slot ${one.id} is reported as ready with nothing in it`);
    if (one.sha256 !== null && one.sha256 !== holds) faults.push(`slot ${one.id} is reported with a hash that it does not have`);
  }
  if (gateway.outbox.epoch !== [...server.lastN.keys()].at(-1) || server.lastN.size !== 1) faults.push('the outbox lost its epoch');
  await gateway.powerOff();
  return [...faults, ...server.lies];
}
