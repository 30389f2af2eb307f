/** Whether partitions lie inside the image and apart from each other. */
import type { Partition } from '#/domain/images/image-facts';

const MOST_FAULTS = 20;

/** Sentences; none when every partition has its place. */
export function placeFaults(partitions: Partition[], imageBytes: number): string[] {
  const faults: string[] = [];
  const sorted = [...partitions].sort((a, b) => a.startBytes - b.startBytes);
  let furthest: Partition | null = null;
  for (const partition of sorted) {
    const end = partition.startBytes + partition.sizeBytes;
    if (partition.startBytes === 0) faults.push(`partition ${partition.number} begins on the table itself`);
    if (end > imageBytes) faults.push(`partition ${partition.number} ends at byte ${end}, behind the end of the image (${imageBytes})`);
    const other: Partition | null = furthest;
    if (other && partition.startBytes < other.startBytes + other.sizeBytes) {
      faults.push(`partitions ${other.number} and ${partition.number} overlap`);
    }
    if (!other || end > other.startBytes + other.sizeBytes) furthest = partition;
  }
  return faults.slice(0, MOST_FAULTS);
}
