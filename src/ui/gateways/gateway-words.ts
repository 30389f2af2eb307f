/** How gateway states are called and marked on the screen. */
import type { CraneKind } from '#/domain/sites/crane-kinds';
import type { Priority } from '../kit/mark';

export const STATUS_WORDS: Record<string, { label: string; priority: Priority }> = {
  online: { label: 'Online', priority: 'none' },
  updating: { label: 'Updating', priority: 'info' },
  maintenance: { label: 'Maintenance', priority: 'info' },
  offline: { label: 'Offline', priority: 'p2' },
  error: { label: 'Error', priority: 'p1' },
};

export const NETWORK_WORDS: Record<string, { label: string; priority: Priority }> = {
  connected: { label: 'Connected', priority: 'none' },
  degraded: { label: 'Degraded', priority: 'p3' },
  disconnected: { label: 'Disconnected', priority: 'p2' },
};

export const CRANE_KIND_WORDS: Record<CraneKind, string> = {
  sts: 'STS quay crane',
  rtg: 'RTG yard crane',
  rmg: 'RMG yard crane',
  asc: 'ASC stacker',
};

/** Words and mark of a gateway status or network status; unknown ones are shown as they are. */
export function words(table: Record<string, { label: string; priority: Priority }>, value: string): { label: string; priority: Priority } {
  return table[value] ?? { label: value, priority: 'none' };
}
