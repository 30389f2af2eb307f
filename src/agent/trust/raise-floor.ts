import { decodeImageManifest, IMAGE_MANIFEST_BYTES } from '#/domain/releases/image-manifest';
import type { EngineDeps } from '../update/engine-deps';

/** The running image was signed and has proven itself: what it names as its floor holds from now on. */
export async function raiseFloorOf(deps: EngineDeps): Promise<void> {
  const { pins, slots } = deps;
  if (!pins?.keyring()) return;
  const slot = await slots.openForRead(slots.activeSlot);
  try {
    const head = new Uint8Array(IMAGE_MANIFEST_BYTES);
    const count = await slot.read(head, 0);
    const floor = decodeImageManifest(head.subarray(0, count))?.floor_version;
    const before = pins.floorVersion();
    if (floor !== undefined) await pins.raiseFloor(floor);
    if (pins.floorVersion() !== before) await sayPins(deps);
  } finally {
    await slot.close();
  }
}

/** What is pinned now, without waiting for the next hello, which says it anyway. */
export async function sayPins({ pins, reporter }: EngineDeps): Promise<void> {
  if (pins) await reporter.durable({ type: 'release_keys', ...pins.report() }).catch(() => {});
}
