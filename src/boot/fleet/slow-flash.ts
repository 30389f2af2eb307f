/** Slots that write as slowly as the flash of a small computer, so that a write can be watched. */
import type { Clock } from '#/agent/ports';
import type { SlotPort } from '#/agent/slots/slot-port';

export function slowFlash(slots: SlotPort, bytesPerSecond: number, clock: Clock): SlotPort {
  return {
    ...slots,
    async openForWrite(slot) {
      const file = await slots.openForWrite(slot);
      return {
        ...file,
        async write(bytes, position) {
          await file.write(bytes, position);
          await clock.wait((bytes.length * 1000) / bytesPerSecond);
        },
      };
    },
  };
}
