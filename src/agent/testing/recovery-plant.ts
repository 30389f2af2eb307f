/** A gateway with snapshots, data and a former version on its other slot, for the tests of recovery jobs. */
import { join } from 'node:path';
import type { KeySet } from '#/protocol/trust/keyring';
import type { RecoveryOperation } from '#/protocol/mqtt/recovery';
import { filesOf, furnish, makeSnapshot, recoveryCommand, SNAPSHOTS, snapshotOrder } from '../crash/recovery-world';
import { slotFile } from '../slots/file-slots';
import { SimDisk } from '../storage/sim-disk';
import { Crane, OLD_IMAGE, powerOnAt } from './crane-plant';
import { openGrantOffice } from './grant-office';
import { makeReleaseKey } from './release-key';
import { PATHS, SimGateway } from './sim-gateway';
import { makeImage } from './sim-images';
import { SimServer } from './sim-server';

export const [now, then] = [filesOf('now'), filesOf('then')];
export const former = makeImage('v5.0.3', 4000);
export const reset = (more: object = {}): RecoveryOperation => ({
  operation: 'factory_reset',
  resetType: 'complete',
  backup: snapshotOrder({ snapshotId: 'SNP-BACKUP1', contents: ['data', 'config'] }),
  preserveNetwork: true,
  ...more,
});
export const snapshot = (more: object = {}): RecoveryOperation => ({ operation: 'snapshot', snapshot: snapshotOrder(more) });
export const rollback = {
  operation: 'rollback',
  targetSlot: 'B',
  version: former.version,
  verify: true,
  preserveData: true,
} satisfies RecoveryOperation;

export const office = await openGrantOffice();
export const keySet: KeySet = { version: 1, keys: [(await makeReleaseKey('release')).pinned], crls: [] };
export const made = await makeSnapshot(former, then, snapshotOrder());
export const restore = (more: object = {}): RecoveryOperation => ({
  ...{ operation: 'restore', snapshotId: 'SNP-8821X4', sha256: made.sha256, version: former.version, targetSlot: 'B', verify: true },
  ...more,
});

export function diskWith(options: { snapshot?: boolean } = {}): SimDisk {
  const disk = new SimDisk();
  disk.plant(slotFile(PATHS.slots, 'A'), OLD_IMAGE.bytes);
  disk.plant(slotFile(PATHS.slots, 'B'), former.bytes);
  furnish(disk, now);
  if (options.snapshot) for (const [name, bytes] of made.files) disk.plant(join(SNAPSHOTS, name), bytes);
  return disk;
}

export function powerOn(recovery: RecoveryOperation, disk: SimDisk, crane = new Crane(), more: object = {}): Promise<SimGateway> {
  return powerOnAt(crane, office.keys, { server: new SimServer([recoveryCommand(recovery)]), ...more }, disk);
}

/** Goes through the restart of the machine. */
export async function afterRestart(gateway: SimGateway): Promise<SimGateway> {
  await gateway.restarts;
  const after = gateway.disk.afterCut('killed', 0);
  gateway.disk.powerOff();
  const next = await SimGateway.powerOn(after, gateway.plant);
  return next;
}

export const lastReport = (gateway: SimGateway) => gateway.plant.server.reports.at(-1);
export const answer = (gateway: SimGateway) => gateway.plant.server.answers.get('c1');
