/** A gateway on a crane for the length of one test. */
import { onTestFinished } from 'vitest';
import type { PinnedKey } from '../commands/open-signed';
import type { SimDisk } from '../storage/sim-disk';
import { type Crane, powerOnAt } from './crane-plant';
import type { SimGateway, SimPlant } from './sim-gateway';

/** Its engine is stopped when the test is over, unless its disk has died before. */
export async function startOnCrane(crane: Crane, keys: PinnedKey[], more: Partial<SimPlant> = {}, disk?: SimDisk): Promise<SimGateway> {
  const gateway = await powerOnAt(crane, keys, more, disk);
  onTestFinished(() => (gateway.disk.isDead ? undefined : gateway.engine.stop()));
  return gateway;
}
