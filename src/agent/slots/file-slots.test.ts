import { describe, expect, it } from 'vitest';
import { encodeImageManifest } from '#/domain/releases/image-manifest';
import type { Clock } from '../ports';
import { SimDisk } from '../storage/sim-disk';
import { createFileEnvironment } from './boot-environment';
import { openFileSlots } from './file-slots';
import { ActiveSlotError } from './slot-port';

const clock: Clock = { nowMs: () => 1_700_000_000_000, monotonicMs: () => 0, wait: async () => true };
const image = (version: string) => encodeImageManifest({ version, build_id: 'b', kernel: '6.6', os_version: 'OS' });
const open = (disk: SimDisk, badVersions: string[] = []) =>
  openFileSlots({ storage: disk.storage(), folder: '/g', clock, capacityBytes: 100_000, badVersions });

function gateway(): SimDisk {
  const disk = new SimDisk();
  disk.plant('/g/slot-a.img', image('v1.0.0'));
  disk.plant('/g/slot-b.img', image('v2.0.0'));
  return disk;
}

describe('file slots', () => {
  it('boots slot A of a fresh gateway, with a new boot id each time', async () => {
    const disk = gateway();
    const first = await open(disk);
    expect(first.activeSlot).toBe('A');
    expect(await first.booted()).toMatchObject({ version: 'v1.0.0', kernel: '6.6' });
    expect((await open(disk)).bootId).not.toBe(first.bootId);
  });

  it('never opens the active slot for writing', async () => {
    const disk = gateway();
    const slots = await open(disk);
    await expect(slots.openForWrite('A')).rejects.toThrow(ActiveSlotError);
    expect(disk.peek('/g/slot-a.img')).toEqual(image('v1.0.0'));
    await slots.openForWrite('B');
    expect(await slots.imageBytes('B')).toBe(0);
    expect(await slots.versionIn('B')).toBeNull();
  });

  it.each(['bad version', 'no manifest'])('falls back from an image with %s', async (fault) => {
    const disk = gateway();
    if (fault === 'no manifest') disk.plant('/g/slot-b.img', new Uint8Array(9000));
    const env = createFileEnvironment(disk.storage(), '/g/boot.env');
    await env.write({ boot_slot: 'B', upgrade_available: '1', bootcount: '0', bootlimit: '2' });
    const slots = await open(disk, ['v2.0.0']);
    expect(slots.boot).toEqual({ slot: 'A', fellBack: true, tries: 3 });
    expect(await env.read()).toMatchObject({ boot_slot: 'A', upgrade_available: '0' });
  });

  it('refuses values that break out of their line', async () => {
    const env = createFileEnvironment(new SimDisk().storage(), '/g/boot.env');
    await expect(env.write({ boot_slot: 'A\nx=1' })).rejects.toThrow(RangeError);
    await expect(env.write({ 'a=b': '1' })).rejects.toThrow(RangeError);
  });
});
