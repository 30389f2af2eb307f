/** The cast of the demo: sites, cranes and gateways with what makes each of them worth looking at. Data only. */
import type { CraneKind } from '#/domain/sites/crane-kinds';
import type { FleetGateway } from '#/protocol/demo/fleet-plan';
import { CURRENT_VERSION, PREVIOUS_VERSION, TRIAL_VERSION } from './releases';

export type DemoSite = { code: string; name: string; timezone: string };

/** Three time zones, one with a half-hour offset. */
export const DEMO_SITES: readonly DemoSite[] = [
  { code: 'RTM', name: 'Rotterdam', timezone: 'Europe/Amsterdam' },
  { code: 'MAA', name: 'Chennai', timezone: 'Asia/Kolkata' },
  { code: 'SAV', name: 'Savannah', timezone: 'America/New_York' },
];

export type CastGateway = {
  name: string;
  siteCode: string;
  /** Quay, or the yard block's name. */
  block: string;
  crane: string;
  kind: CraneKind;
  hardware: 'rev-b' | 'rev-c' | 'rev-d';
  version: string;
  slot: FleetGateway['activeSlot'];
  duty: FleetGateway['duty'];
  link: FleetGateway['link'];
  weakUps: boolean;
  upsPercent: number | null;
  badVersions: string[];
  off: boolean;
};

type Traits = Partial<
  Pick<CastGateway, 'hardware' | 'version' | 'slot' | 'duty' | 'link' | 'weakUps' | 'upsPercent' | 'badVersions' | 'off'>
>;

/** A crane with its gateways; what is not said is usual: current, hardware C, slot A, busy, fibre. */
function crane(place: string, ...gateways: Traits[]): CastGateway[] {
  const parts = place.split('-');
  const siteCode = parts[0] ?? '';
  const name = parts.at(-1) ?? '';
  return gateways.map((traits, index) => ({
    name: `${place}-GW${index + 1}`,
    siteCode,
    block: parts[1] === 'Q' ? 'Quay' : (parts[2] ?? ''),
    crane: name,
    kind: name.slice(0, 3).toLowerCase() as CraneKind,
    hardware: 'rev-c',
    version: CURRENT_VERSION,
    slot: 'A',
    duty: 'busy',
    link: 'fibre',
    weakUps: false,
    upsPercent: null,
    badVersions: [],
    off: false,
    ...traits,
  }));
}

/** Behind by one, on a crane that rests: an update can be shown from the first to the last step. */
const READY: Traits = { version: PREVIOUS_VERSION, duty: 'parked' };
/** As ready, but its worn UPS holds 25 %: below the soft limit and above the hard one, so the write waits for an override. */
const WORN_UPS: Traits = { ...READY, hardware: 'rev-d', upsPercent: 25 };

export const DEMO_CAST: readonly CastGateway[] = [
  ...crane('RTM-Q-STS05', { slot: 'B' }, { hardware: 'rev-d', duty: 'busy' }),
  ...crane('RTM-Q-STS06', { hardware: 'rev-d', weakUps: true }),
  ...crane('RTM-Q-STS07', READY, { ...READY, slot: 'B', hardware: 'rev-d' }),
  ...crane('RTM-Q-STS08', { duty: 'idle' }),
  ...crane('RTM-Y-B11-RMG01', { link: 'mesh', slot: 'B' }),
  ...crane('RTM-Y-B11-RMG02', { ...READY, hardware: 'rev-d' }),
  ...crane('RTM-Y-B21-ASC01', { hardware: 'rev-d', link: 'mesh' }, { hardware: 'rev-d', link: 'mesh', slot: 'B' }),
  ...crane('RTM-Y-B21-ASC02', { hardware: 'rev-d', duty: 'idle', link: 'mesh' }),
  ...crane('RTM-Y-B22-ASC03', { hardware: 'rev-d', duty: 'parked' }),
  ...crane('RTM-Y-B22-ASC04', { hardware: 'rev-d', duty: 'idle', version: TRIAL_VERSION }),

  ...crane('MAA-Q-STS01', { slot: 'B' }, { hardware: 'rev-b' }),
  ...crane('MAA-Q-STS02', { duty: 'idle', hardware: 'rev-b' }),
  ...crane('MAA-Q-STS03', { ...READY, slot: 'B' }),
  ...crane('MAA-Y-B12-RTG21', { link: 'lte', hardware: 'rev-b' }),
  ...crane('MAA-Y-B12-RTG22', { link: 'mesh', slot: 'B', weakUps: true }),
  ...crane('MAA-Y-B12-RTG23', { ...READY, badVersions: [CURRENT_VERSION] }),
  ...crane('MAA-Y-B14-RTG31', { link: 'mesh', hardware: 'rev-b' }),
  ...crane('MAA-Y-B14-RTG32', { link: 'lte', duty: 'idle', slot: 'B' }),
  ...crane('MAA-Y-B15-RTG33', { link: 'lte', duty: 'parked' }),
  ...crane('MAA-Y-B15-RTG34', { link: 'mesh', duty: 'idle', hardware: 'rev-b', version: 'v4.9.3' }),

  ...crane('SAV-Q-STS21', { slot: 'B' }, { hardware: 'rev-b' }),
  ...crane('SAV-Q-STS22', { version: PREVIOUS_VERSION, slot: 'B' }),
  ...crane('SAV-Q-STS23', { duty: 'parked', hardware: 'rev-d' }),
  ...crane('SAV-Q-STS24', { hardware: 'rev-d', weakUps: true }),
  ...crane('SAV-Y-B03-RTG11', { link: 'lte', duty: 'idle', hardware: 'rev-b', version: 'v4.8.6' }),
  ...crane('SAV-Y-B03-RTG12', { link: 'mesh', slot: 'B' }),
  ...crane('SAV-Y-B04-RTG13', { link: 'lte', hardware: 'rev-b' }),
  ...crane('SAV-Y-B04-RTG14', { link: 'lte', hardware: 'rev-b', off: true }),
  ...crane('SAV-Y-B05-RTG15', READY),

  ...crane('RTM-Y-B23-ASC05', WORN_UPS),
  ...crane('RTM-Y-B24-ASC06', WORN_UPS),
];

/** The gateway that `gateway_token` is bound to: parked, fibre, slot A, one update behind. */
export const TOKEN_GATEWAY = 'RTM-Q-STS07-GW1';

/** Without pinned release keys, as agents from before there were any: they take unsigned images. Two are parked and reachable, one on either slot. */
export const UNPINNED_GATEWAYS: ReadonlySet<string> = new Set(['SAV-Y-B04-RTG14-GW1', 'MAA-Q-STS03-GW1', 'SAV-Q-STS23-GW1']);

/** Where a version's gateways came from: the version in the other slot. */
export const PREDECESSOR: Record<string, string | null> = {
  'v4.8.6': null,
  'v4.9.3': 'v4.8.6',
  [PREVIOUS_VERSION]: 'v5.0.3',
  [CURRENT_VERSION]: PREVIOUS_VERSION,
  [TRIAL_VERSION]: CURRENT_VERSION,
};

const MODELS: Record<CastGateway['hardware'], string> = { 'rev-b': 'CG-400', 'rev-c': 'CG-420', 'rev-d': 'CG-520' };

export function modelOf(gateway: CastGateway): string {
  return MODELS[gateway.hardware];
}

/** Stable per name, as a sticker on the box would be. */
export function serialOf(index: number, gateway: CastGateway): string {
  return `${modelOf(gateway).replace('-', '')}-${String(240_100 + index * 37)}`;
}
