/** The releases of the demo: four trains (4.8, 4.9, 5.0, 5.1) and a nightly, across the three channels. */
import type { Channel } from '#/domain/settings/gateway-settings';

export type DemoRelease = {
  version: string;
  channel: Channel;
  type: 'security' | 'feature' | 'hotfix';
  severity: 'critical' | 'high' | 'normal' | 'low';
  /** Days before the seed. */
  releasedDaysAgo: number;
  description: string;
  changelog: string[];
  prerequisites: string[];
  /** Empty: any revision. */
  hardware: string[];
  kernel: string;
  imageBytes: number;
};

export const HARDWARE = ['rev-b', 'rev-c', 'rev-d'] as const;
/** What most of the fleet runs, and the one before it. */
export const CURRENT_VERSION = 'v5.0.5';
export const PREVIOUS_VERSION = 'v5.0.4';
export const TRIAL_VERSION = 'v5.1.0-rc.2';

const KIB = 1024;

export const DEMO_RELEASES: readonly DemoRelease[] = [
  {
    version: 'v4.8.6',
    channel: 'stable',
    type: 'hotfix',
    severity: 'normal',
    releasedDaysAgo: 190,
    description: 'Last release of the 4.8 train',
    changelog: ['Modbus gateway no longer drops the first frame after a link change', 'Log files are rotated by size as well as by day'],
    prerequisites: [],
    hardware: ['rev-b', 'rev-c'],
    kernel: '5.15.148',
    imageBytes: 2600 * KIB,
  },
  {
    version: 'v4.9.3',
    channel: 'stable',
    type: 'security',
    severity: 'high',
    releasedDaysAgo: 110,
    description: 'Security maintenance of the 4.9 train',
    changelog: ['OpenSSL is updated', 'SSH accepts keys only', 'Faster start of the PLC bridge'],
    prerequisites: ['v4.8.0+'],
    hardware: ['rev-b', 'rev-c'],
    kernel: '5.15.160',
    imageBytes: 2800 * KIB,
  },
  {
    version: 'v5.0.3',
    channel: 'stable',
    type: 'feature',
    severity: 'normal',
    releasedDaysAgo: 64,
    description: 'Long-term kernel 6.6 and a new telemetry pipeline',
    changelog: ['Kernel 6.6', 'Telemetry is buffered while the network is down', 'Support for hardware revision D'],
    prerequisites: ['v4.8.0+'],
    hardware: [],
    kernel: '6.6.52',
    imageBytes: 3300 * KIB,
  },
  {
    version: 'v5.0.4',
    channel: 'stable',
    type: 'hotfix',
    severity: 'normal',
    releasedDaysAgo: 33,
    description: 'Fixes reconnects over the Wi-Fi mesh',
    changelog: ['Roaming between access points keeps open sessions', 'Clock is set before certificates are checked'],
    prerequisites: ['v4.8.0+'],
    hardware: [],
    kernel: '6.6.58',
    imageBytes: 3400 * KIB,
  },
  {
    version: 'v5.0.5',
    channel: 'stable',
    type: 'security',
    severity: 'critical',
    releasedDaysAgo: 13,
    description: 'Closes a remote denial of service in the PLC bridge',
    changelog: [
      'PLC bridge: a malformed frame no longer stops the service',
      'Kernel and OpenSSL are updated',
      'Anti-collision link reports its own age',
      'UPS driver reads the charge once a second',
    ],
    prerequisites: ['v4.9.0+'],
    hardware: [],
    kernel: '6.6.63',
    imageBytes: 3500 * KIB,
  },
  {
    version: 'v5.1.0-rc.1',
    channel: 'beta',
    type: 'feature',
    severity: 'normal',
    releasedDaysAgo: 9,
    description: 'First candidate of 5.1: spreader camera relay',
    changelog: ['Spreader camera relay', 'Smaller memory footprint of the telemetry pipeline'],
    prerequisites: ['v5.0.0+'],
    hardware: ['rev-c', 'rev-d'],
    kernel: '6.6.63',
    imageBytes: 3900 * KIB,
  },
  {
    version: 'v5.1.0-rc.2',
    channel: 'beta',
    type: 'feature',
    severity: 'normal',
    releasedDaysAgo: 4,
    description: 'Second candidate of 5.1: camera relay at half the bandwidth',
    changelog: ['Camera relay uses half the bandwidth', 'Fixes a leak in the relay', 'Contains everything of v5.0.5'],
    prerequisites: ['v5.0.0+'],
    hardware: ['rev-c', 'rev-d'],
    kernel: '6.6.63',
    imageBytes: 3900 * KIB,
  },
  {
    version: 'v5.2.0-nightly.87',
    channel: 'nightly',
    type: 'feature',
    severity: 'low',
    releasedDaysAgo: 1,
    description: 'Automatic build of the main branch; not for production',
    changelog: ['Kernel 6.12', 'New network stack for two uplinks'],
    prerequisites: ['v5.0.0+'],
    hardware: ['rev-d'],
    kernel: '6.12.9',
    imageBytes: 4200 * KIB,
  },
];
