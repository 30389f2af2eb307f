import { decodeImageManifest, IMAGE_MANIFEST_BYTES } from '#/domain/releases/image-manifest';
import type { EngineDeps } from '../update/engine-deps';

/** The running image was signed and has proven itself: what it names as its floor holds from now on. */
export async function raiseFloorOf({ pins, slots }: EngineDeps): Promise<void> {
  if (!pins?.keyring()) return;
  const slot = await slots.openForRead(slots.activeSlot);
  try {
    const head = new Uint8Array(IMAGE_MANIFEST_BYTES);
    const count = await slot.read(head, 0);
    const floor = decodeImageManifest(head.subarray(0, count))?.floor_version;
    if (floor !== undefined) await pins.raiseFloor(floor);
  } finally {
    await slot.close();
  }
}
