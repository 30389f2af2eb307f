/** The state of the overrides page in the URL. Shared by page and view. */
import { createLoader, parseAsBoolean, parseAsString, parseAsStringLiteral } from 'nuqs/server';
import type { OverrideState } from '#/domain/safety/override-machine';
import { CONSTRAINTS } from '#/domain/safety/signals';

export const OVERRIDE_TABS = ['waiting', 'active', 'register'] as const;
export type OverrideTab = (typeof OVERRIDE_TABS)[number];

/** Groups of states that a person looks for in the register. */
export const REGISTER_GROUPS = {
  all: undefined,
  open: ['requested'],
  in_force: ['approved', 'active'],
  used: ['used'],
  ended: ['expired', 'revoked'],
  refused: ['rejected', 'withdrawn', 'lapsed'],
  review: ['review_due', 'closed'],
} as const satisfies Record<string, readonly OverrideState[] | undefined>;
export const GROUP_KEYS = [
  'all',
  'open',
  'in_force',
  'used',
  'ended',
  'refused',
  'review',
] as const satisfies readonly (keyof typeof REGISTER_GROUPS)[];

/** How far back the register looks. */
export const PERIODS = { '24h': 1, '7d': 7, '30d': 30 } as const;
export const PERIOD_KEYS = ['24h', '7d', '30d'] as const satisfies readonly (keyof typeof PERIODS)[];

export const overrideParsers = {
  tab: parseAsStringLiteral(OVERRIDE_TABS).withDefault('waiting'),
  /** The override whose card is open. */
  open: parseAsString,
  site: parseAsString,
  q: parseAsString.withDefault(''),
  group: parseAsStringLiteral(GROUP_KEYS).withDefault('all'),
  constraint: parseAsStringLiteral(CONSTRAINTS),
  glass: parseAsBoolean,
  period: parseAsStringLiteral(PERIOD_KEYS),
};

export const loadOverrideState = createLoader(overrideParsers);
export type OverridePageState = Awaited<ReturnType<typeof loadOverrideState>>;

const DAY_MS = 86_400_000;
/** The period begins at a full five minutes, so that a drawn page does not ask for other rows every second. */
const STEP_MS = 300_000;

/** The input of `overrides.browse` for a state at a time. */
export function registerInput(state: OverridePageState, nowMs: number) {
  const states = REGISTER_GROUPS[state.group];
  return {
    siteCode: state.site ?? undefined,
    constraint: state.constraint ?? undefined,
    states: states ? [...states] : undefined,
    breakGlass: state.glass ?? undefined,
    text: state.q.trim() || undefined,
    since: state.period ? new Date(Math.floor(nowMs / STEP_MS) * STEP_MS - PERIODS[state.period] * DAY_MS) : undefined,
    limit: 100,
  };
}

/** How many filters narrow the register. */
export function registerFilters(state: OverridePageState): number {
  return [state.q !== '', state.group !== 'all', state.constraint, state.glass !== null, state.period, state.site].filter(Boolean).length;
}
