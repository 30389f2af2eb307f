/** How strategies and channels are called on the screen. */
import type { InstallStrategy } from '#/domain/jobs/job-options';
import type { Channel } from '#/domain/settings/gateway-settings';

export const STRATEGY_WORDS: Record<InstallStrategy, { label: string; hint: string }> = {
  seamless: { label: 'Seamless', hint: 'Downloads and writes now; reboots as soon as the interlocks allow it.' },
  maintenance: { label: 'Maintenance window', hint: 'Downloads now; writes and reboots inside the next maintenance window.' },
  immediate: { label: 'Immediate', hint: 'Now, or it is refused: nothing waits.' },
};

export const CHANNEL_WORDS: Record<Channel, string> = { stable: 'Stable', beta: 'Beta', nightly: 'Nightly' };
