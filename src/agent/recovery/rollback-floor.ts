/** Going back is no way around the rollback floor: what a slot or a snapshot holds must not be older than it, and nothing permits it. */
import { decodeImageManifest, IMAGE_MANIFEST_BYTES } from '#/domain/releases/image-manifest';
import type { SlotId } from '#/domain/jobs/job-options';
import { compareVersions, parseVersion } from '#/domain/releases/version';
import type { SlotPort } from '../slots/slot-port';
import type { EngineDeps } from '../update/engine-deps';

/** Why the version is not gone back to, or null. */
export function belowFloor({ pins }: Pick<EngineDeps, 'pins'>, version: string | null): string | null {
  const floor = pins?.floorVersion() ?? null;
  if (floor === null) return null;
  if (version === null || !parseVersion(version)) return `it does not say its version, and this gateway takes none below ${floor}`;
  return compareVersions(version, floor) >= 0 ? null : `${version} is below the rollback floor ${floor}`;
}

/** As the image in the slot says itself; the journal has the server's word only. */
export async function versionInSlot(slots: SlotPort, id: SlotId): Promise<string | null> {
  const slot = await slots.openForRead(id);
  try {
    const head = new Uint8Array(IMAGE_MANIFEST_BYTES);
    const count = await slot.read(head, 0);
    return decodeImageManifest(head.subarray(0, count))?.version ?? (await slots.versionIn(id));
  } finally {
    await slot.close();
  }
}
