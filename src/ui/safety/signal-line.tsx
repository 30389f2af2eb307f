'use client';
/** The last ten minutes of a signal as a small line beside its bar; a time without reports is a gap. */
import type { Gauge } from '#/domain/safety/gauge';
import type { SignalFigures } from '#/domain/safety/signal-figures';
import type { Constraint } from '#/domain/safety/signals';
import { useNowMs } from '../clock/now';
import { Sparkline } from '../kit/sparkline';
import { CONSTRAINT_WORDS } from './constraint-words';
import { linePoints } from './line-points';

const FIGURE_OF: Partial<Record<Constraint, keyof SignalFigures>> = {
  acs_collision: 'distanceM',
  ups_battery: 'batteryPercent',
  network_connectivity: 'rttMs',
  disk_space: 'freePercent',
};

type Props = { constraint: Constraint; gauge: Gauge; history: readonly ({ at: Date } & SignalFigures)[]; stale: boolean };

/** Nothing for a signal that is a state, or of which fewer than two figures are known. */
export function SignalLine({ constraint, gauge, history, stale }: Props) {
  const nowMs = useNowMs();
  const figure = FIGURE_OF[constraint];
  if (!figure) return null;
  const points = linePoints(
    history.map((row) => ({ atMs: row.at.getTime(), value: row[figure] })),
    nowMs,
  );
  const values = points.flatMap(({ value }) => (value === null ? [] : [value]));
  if (values.length < 2) return null;
  const round = (value: number) => Math.round(value * 10) / 10;
  const [low, high] = [round(Math.min(...values)), round(Math.max(...values))];
  const said = low === high ? `${low}` : `${low} to ${high}`;
  return (
    <Sparkline
      label={`${CONSTRAINT_WORDS[constraint]} in the last 10 minutes: ${said} ${gauge.unit}`}
      points={points}
      soft={gauge.soft}
      hard={gauge.hard}
      min={0}
      max={Math.max(gauge.max, high)}
      stale={stale}
      className="h-5 w-full"
    />
  );
}
