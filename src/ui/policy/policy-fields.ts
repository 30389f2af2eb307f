/** The fields of a site's safety policy as the editor and the difference show them: words, units, ranges. Pure. */
import { CONSTRAINTS, type Constraint } from '#/domain/safety/signals';
import { LONGEST_OVERRIDE_S, longestOverrideS, SHIPPED_HARD_LIMITS, SHORTEST_OVERRIDE_S } from '#/domain/safety/site-policy';
import { CONSTRAINT_WORDS } from '../safety/constraint-words';

/** A number of the policy. Stored value = shown value × scale. */
export type FigureField = {
  path: string;
  label: string;
  hint?: string;
  unit: string;
  scale: number;
  min: number;
  max: number;
  step: number;
  /** Which direction makes the policy stricter. */
  stricter: 'more' | 'less';
};

type Given = Partial<FigureField> & Pick<FigureField, 'path' | 'label' | 'unit' | 'min' | 'max' | 'stricter'>;
const figure = (given: Given): FigureField => ({ scale: 1, step: 1, ...given });
const shipped = SHIPPED_HARD_LIMITS;
const NEVER_LOOSER = 'Hard: nobody overrides it. It can only be stricter than shipped.';

/** The limits proper, by constraint. */
export const LIMIT_FIELDS: Record<Constraint, readonly FigureField[]> = {
  crane_motion: [
    figure({ path: 'limits.motionRestMs', label: 'Rest needed', unit: 's', scale: 1000, min: 10, max: 3600, stricter: 'more' }),
  ],
  acs_collision: [
    figure({ path: 'limits.acsSoftDistanceM', label: 'Distance, soft', unit: 'm', min: 5, max: 500, step: 0.5, stricter: 'more' }),
    figure({
      path: 'limits.acsHardDistanceM',
      label: 'Distance, hard',
      hint: NEVER_LOOSER,
      unit: 'm',
      min: shipped.acsHardDistanceM,
      max: 500,
      step: 0.5,
      stricter: 'more',
    }),
  ],
  ups_battery: [
    figure({ path: 'limits.upsSoftPercent', label: 'Level, soft', unit: '%', min: 20, max: 100, stricter: 'more' }),
    figure({
      path: 'limits.upsHardPercent',
      label: 'Level, hard',
      hint: NEVER_LOOSER,
      unit: '%',
      min: shipped.upsHardPercent,
      max: 100,
      stricter: 'more',
    }),
    figure({
      path: 'limits.upsOperationMs',
      label: 'Operation takes',
      hint: 'Hard: write, reboot and rollback; the battery must last 1.5 times that.',
      unit: 's',
      scale: 1000,
      min: shipped.upsOperationMs / 1000,
      max: 7200,
      stricter: 'more',
    }),
  ],
  network_connectivity: [
    figure({ path: 'limits.networkSoftLossPercent', label: 'Loss, soft', unit: '%', min: 0, max: 50, step: 0.5, stricter: 'less' }),
    figure({ path: 'limits.networkSoftRttMs', label: 'Round trip, soft', unit: 'ms', min: 10, max: 10_000, step: 10, stricter: 'less' }),
    figure({
      path: 'limits.networkLeaseMs',
      label: 'Session lease, hard',
      hint: NEVER_LOOSER,
      unit: 's',
      scale: 1000,
      min: 5,
      max: shipped.networkLeaseMs / 1000,
      stricter: 'less',
    }),
  ],
  disk_space: [figure({ path: 'limits.diskSoftFreePercent', label: 'Free space, soft', unit: '%', min: 0, max: 90, stricter: 'more' })],
};

/** How old a value may be, and how long it must stay good. */
export function signalFields(constraint: Constraint): readonly FigureField[] {
  const most = shipped.maxAgeMs[constraint] / 1000;
  return [
    figure({
      path: `maxAgeMs.${constraint}`,
      label: 'A value may be old by',
      unit: 's',
      scale: 1000,
      min: 0.5,
      max: most,
      step: 0.5,
      stricter: 'less',
    }),
    figure({ path: `holdMs.${constraint}`, label: 'Must stay good for', unit: 's', scale: 1000, min: 0, max: 600, stricter: 'more' }),
  ];
}

/** How long an override of the constraint may last. */
export function durationField(constraint: Constraint): FigureField {
  const path = `override.${constraint}.maxDurationSeconds`;
  const most = longestOverrideS(constraint) / 60;
  return figure({
    path,
    label: 'Lasts at most',
    unit: 'min',
    scale: 60,
    min: SHORTEST_OVERRIDE_S / 60,
    max: Math.min(most, LONGEST_OVERRIDE_S / 60),
    stricter: 'less',
  });
}

export const CONCURRENCY_FIELDS: readonly FigureField[] = [
  figure({
    path: 'concurrency.cranesPerBlock',
    label: 'Cranes of a block at once',
    unit: 'cranes',
    min: 1,
    max: 20,
    stricter: 'less',
  }),
  figure({
    path: 'concurrency.percentPerSite',
    label: 'Share of the site’s cranes at once',
    hint: 'One crane is always allowed.',
    unit: '%',
    min: 1,
    max: 100,
    stricter: 'less',
  }),
  figure({
    path: 'answerWithinSeconds',
    label: 'An unanswered request lapses after',
    unit: 'min',
    scale: 60,
    min: 5,
    max: 60,
    stricter: 'less',
  }),
];

const FIGURES = new Map(
  [
    ...CONSTRAINTS.flatMap((one) => [...LIMIT_FIELDS[one], ...signalFields(one), durationField(one)].map((field) => ({ one, field }))),
    ...CONCURRENCY_FIELDS.map((field) => ({ one: null, field })),
  ].map(({ one, field }) => [field.path, { one, field }] as const),
);

const OTHER_WORDS: Record<string, string> = {
  allowed: 'may be overridden',
  approvers: 'approvers needed',
  requesters: 'who may ask',
};

const SITE_WORDS: Record<string, string> = {
  breakGlass: 'Break-glass',
  'recovery.factoryReset': 'Factory reset allowed',
  'recovery.resetApprovers': 'Factory reset: others who must approve',
  'recovery.restoreApprovers': 'Restore: others who must approve',
};

/** "Anti-collision: distance, soft"; a path that this page does not know is shown as it is. */
export function policyPathWords(path: string): string {
  const figureOf = FIGURES.get(path);
  if (figureOf) return figureOf.one ? `${CONSTRAINT_WORDS[figureOf.one]}: ${lowerFirst(figureOf.field.label)}` : figureOf.field.label;
  if (SITE_WORDS[path]) return SITE_WORDS[path];
  const [group, constraint, leaf] = path.split('.');
  const name = CONSTRAINT_WORDS[constraint as Constraint];
  if (name && group === 'pauseDownload') return `${name}: pauses a download`;
  if (name && group === 'switchOff') return `${name}: gateways may switch the soft limit off`;
  if (name && group === 'override' && leaf && OTHER_WORDS[leaf]) return `${name}: ${OTHER_WORDS[leaf]}`;
  return path;
}

/** A stored value in words, with its unit. */
export function policyValueWords(path: string, value: unknown): string {
  if (value === undefined || value === null) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? 'nobody' : value.join(', ');
  const field = FIGURES.get(path)?.field;
  return field && typeof value === 'number' ? `${value / field.scale} ${field.unit}` : String(value);
}

/** Whether a change makes the policy stricter or looser; null where neither can be said. */
export function policyDirection(path: string, before: unknown, after: unknown): 'stricter' | 'looser' | null {
  const more = leafMore(path);
  if (more === null) return null;
  const [old, next] = [sizeOf(before), sizeOf(after)];
  if (old === next) return null;
  return next > old === (more === 'stricter') ? 'stricter' : 'looser';
}

/** What more of the value means. */
function leafMore(path: string): 'stricter' | 'looser' | null {
  const field = FIGURES.get(path)?.field;
  if (field) return field.stricter === 'more' ? 'stricter' : 'looser';
  if (/approvers$/i.test(path) || path.startsWith('pauseDownload.')) return 'stricter';
  if (
    path.startsWith('switchOff.') ||
    path.endsWith('.allowed') ||
    path.endsWith('.requesters') ||
    path === 'breakGlass' ||
    path === 'recovery.factoryReset'
  )
    return 'looser';
  return null;
}

const sizeOf = (value: unknown): number => (Array.isArray(value) ? value.length : Number(value));
const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
