/** The one number that stands for a signal on its bar, where it has one: for lines over time. Pure. */
import type { SignalSet } from './signals';

export type SignalFigures = { distanceM: number | null; batteryPercent: number | null; rttMs: number | null; freePercent: number | null };

/** The figures of a set; null where the signal is missing or says none. Motion is a state and has none. */
export function figuresOf({ acs_collision, ups_battery, network_connectivity, disk_space }: SignalSet): SignalFigures {
  return {
    distanceM: acs_collision?.value.distanceM ?? null,
    batteryPercent: ups_battery?.value.levelPercent ?? null,
    rttMs: network_connectivity?.value.rttMs ?? null,
    freePercent: disk_space && disk_space.value.totalBytes > 0 ? (disk_space.value.freeBytes / disk_space.value.totalBytes) * 100 : null,
  };
}
