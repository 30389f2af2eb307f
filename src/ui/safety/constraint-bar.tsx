'use client';
import Link from 'next/link';
import type { ReactNode } from 'react';
import type { OperationClass } from '#/domain/safety/policy';
import { type Gauge, gaugePosition } from '#/domain/safety/gauge';
import type { Verdict } from '#/domain/safety/evaluate';
import { formatAge } from '../clock/format';
import { cx } from '../kit/class-names';
import { Mark } from '../kit/mark';
import { Time } from '../kit/time';
import { OPERATION_WORDS } from '../overrides/override-words';
import { CONSTRAINT_WORDS, verdictPriority } from './constraint-words';

/** What an override asks for: its place on the bar (null: not known) and its words. */
export type BarBound = { at: number | null; words: string };
/** An override in force under which the value passes. */
export type BarRelaxation = BarBound & { overrideId: string; operation: OperationClass; until: Date; zone: string };

/**
 * One constraint: name, bar with soft and hard mark, value, age, source, and what it means. Hatched when stale. With a
 * bound the bar carries a third mark, and the row says the normal limit and the bound in words.
 */
export function ConstraintBar({
  verdict,
  gauge,
  connected,
  bound,
  relaxed,
  line,
}: {
  verdict: Verdict;
  gauge: Gauge;
  connected: boolean;
  bound?: BarBound;
  relaxed?: BarRelaxation | undefined;
  /** The last minutes, under the bar. */
  line?: ReactNode;
}) {
  const name = CONSTRAINT_WORDS[verdict.constraint];
  const clear = verdict.level === 'clear';
  const priority = verdictPriority(verdict, connected);
  return (
    <li className="grid grid-cols-[8rem_minmax(6rem,1fr)_12.5rem] items-center gap-x-3 gap-y-0.5 px-3 py-2 max-sm:grid-cols-[minmax(0,1fr)_auto]">
      <span className="text-sm font-medium">
        {name}
        {!verdict.enabled && <span className="block text-2xs font-normal text-muted">soft limit off</span>}
      </span>
      <span className="flex flex-col max-sm:col-span-2 max-sm:row-start-2">
        <Track gauge={gauge} stale={verdict.stale} label={name} bound={bound?.at ?? relaxed?.at ?? null} />
        {line}
      </span>
      <span className="tabular text-right text-sm whitespace-nowrap">
        {verdict.value === null ? (
          <span className="hatched px-1 text-muted">no value</span>
        ) : (
          <span className={cx(verdict.stale && 'hatched px-1')}>{verdict.value}</span>
        )}
      </span>
      <span className="text-xs max-sm:col-span-2">
        <Mark priority={relaxed ? 'p2' : priority}>
          {relaxed ? 'Relaxed' : clear ? 'Clear' : verdict.level === 'hard' ? 'Blocks, hard' : 'Blocks'}
        </Mark>
      </span>
      <span className="min-w-0 text-xs text-muted max-sm:col-span-2">
        <span className="inline-block first-letter:uppercase">{verdict.reason}</span>
        {!clear && verdict.clearsWhen && <>; clears when {verdict.clearsWhen}</>}
      </span>
      <span className="text-right text-xs whitespace-nowrap text-muted max-sm:col-span-2 max-sm:text-left">
        {verdict.ageMs === null ? 'never received' : `${formatAge(verdict.ageMs)} old`}
        {verdict.stale && <span className="sr-only"> (stale)</span>}
        {verdict.source && <> · {verdict.source}</>}
      </span>
      {relaxed && (
        <span className="tabular col-span-full flex flex-wrap items-center gap-x-4 text-xs">
          <span>
            Relaxed by{' '}
            <Link
              prefetch={false}
              href={`/overrides?open=${encodeURIComponent(relaxed.overrideId)}`}
              className="inline-flex min-h-6 items-center font-mono underline-offset-2 hover:underline"
            >
              {relaxed.overrideId}
            </Link>{' '}
            until <Time at={relaxed.until} zone={relaxed.zone} />
          </span>
          <span>
            <span className="text-muted">Normal limit</span> {verdict.limit}
          </span>
          <span className="text-info">
            <span aria-hidden>▼ </span>
            <span className="text-muted">Bound</span> <strong className="font-semibold">{relaxed.words}</strong>
          </span>
          <span className="text-muted">{OPERATION_WORDS[relaxed.operation]}, once</span>
        </span>
      )}
      {bound && (
        <span className="tabular col-span-full flex flex-wrap gap-x-4 text-xs">
          <span>
            <span className="text-muted">Normal limit</span> {verdict.limit}
          </span>
          <span className="text-info">
            <span aria-hidden>▼ </span>
            <span className="text-muted">Requested bound</span> <strong className="font-semibold">{bound.words}</strong>
          </span>
        </span>
      )}
    </li>
  );
}

/** The bar itself; its figures are beside it in words, so it is hidden from assistive technology. */
function Track({ gauge, stale, label, bound }: { gauge: Gauge; stale: boolean; label: string; bound: number | null }) {
  const at = (value: number) => `${gaugePosition(gauge, value) * 100}%`;
  return (
    <span aria-hidden title={`${label}: scale 0 to ${Math.round(gauge.max)} ${gauge.unit}`} className="block py-1">
      <span className="relative block h-3 rounded-sm border border-line-strong bg-sunken">
        {gauge.value !== null && !stale && (
          <span
            className="absolute inset-0 origin-left rounded-[1px] bg-data-2 transition-transform duration-300 ease-linear"
            style={{ transform: `scaleX(${gaugePosition(gauge, gauge.value)})` }}
          />
        )}
        {stale && <span className="hatched absolute inset-0" />}
        <span className="absolute -inset-y-1 w-0 border-l-2 border-dashed border-text" style={{ left: `calc(${at(gauge.soft)} - 1px)` }} />
        {gauge.hard !== null && <span className="absolute -inset-y-1 w-0.5 bg-text" style={{ left: `calc(${at(gauge.hard)} - 1px)` }} />}
        {bound !== null && (
          <span className="absolute -top-2.5 -translate-x-1/2 text-[0.6rem] leading-none text-info" style={{ left: at(bound) }}>
            ▼
          </span>
        )}
      </span>
    </span>
  );
}
