/** How snapshots, bundles and their parts are called on the screen. */
import type { Priority } from '../kit/mark';
import type { RouterInputs } from '../trpc/client';

export type SnapshotPart = RouterInputs['recovery']['createSnapshot']['contents'][number];
export type BundlePart = NonNullable<RouterInputs['recovery']['requestBundle']['contents']>[number];
export type ResetType = RouterInputs['recovery']['factoryReset']['resetType'];

export const SNAPSHOT_PART_WORDS: Record<SnapshotPart, { label: string; hint: string }> = {
  image: { label: 'Image', hint: 'The running slot. A snapshot with it is restored to the other slot and booted.' },
  data: { label: 'Data', hint: 'What the crane’s programs have written.' },
  config: { label: 'Configuration', hint: 'Parameters, calibration, network.' },
  logs: { label: 'Logs', hint: 'What the gateway has logged.' },
};

export const BUNDLE_PART_WORDS: Record<BundlePart, { label: string; hint: string }> = {
  logs: { label: 'Logs', hint: 'The oldest lines are left out when it grows too large.' },
  config: { label: 'Configuration', hint: 'What is known or looks like a secret is taken out on the gateway, before it is sent.' },
  system_info: { label: 'System', hint: 'Slots, vitals, signals, versions.' },
};

export const RESET_WORDS: Record<ResetType, { label: string; hint: string }> = {
  config: { label: 'Configuration', hint: 'Parameters and calibration go back to the factory’s; data stays.' },
  data: { label: 'Data', hint: 'What the crane’s programs have written is wiped; configuration stays.' },
  complete: { label: 'Everything', hint: 'Configuration and data are wiped. The gateway stays enrolled.' },
};

const SNAPSHOT_STATES: Record<string, { label: string; priority: Priority }> = {
  ordered: { label: 'Ordered', priority: 'info' },
  creating: { label: 'Being made', priority: 'info' },
  ready: { label: 'Ready', priority: 'none' },
  failed: { label: 'Failed', priority: 'p2' },
  damaged: { label: 'Damaged', priority: 'p1' },
  deleted: { label: 'Deleted', priority: 'none' },
  expired: { label: 'Expired', priority: 'none' },
  lost: { label: 'Lost', priority: 'p3' },
};
const BUNDLE_STATES: Record<string, { label: string; priority: Priority }> = {
  ordered: { label: 'Ordered', priority: 'info' },
  collecting: { label: 'Being collected', priority: 'info' },
  ready: { label: 'Ready', priority: 'none' },
  failed: { label: 'Failed', priority: 'p2' },
  expired: { label: 'Removed', priority: 'none' },
};

/** Words of a state; one that this build does not know is shown as it is. */
export function snapshotState(state: string): { label: string; priority: Priority } {
  return SNAPSHOT_STATES[state] ?? { label: state, priority: 'none' };
}

export function bundleState(state: string): { label: string; priority: Priority } {
  return BUNDLE_STATES[state] ?? { label: state, priority: 'none' };
}

/** "Image, data": parts as a list for people. */
export function partsText(parts: readonly string[]): string {
  const text = parts.map((part) =>
    (SNAPSHOT_PART_WORDS[part as SnapshotPart]?.label ?? BUNDLE_PART_WORDS[part as BundlePart]?.label ?? part).toLowerCase(),
  );
  return text.join(', ').replace(/^./, (first) => first.toUpperCase());
}
