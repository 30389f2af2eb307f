'use client';
import { Area, AreaChart, CartesianGrid, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { wallTime } from '../clock/format';
import { CHART_AXIS, CHART_GRID, CHART_TOOLTIP, ChartFrame } from './chart-frame';

export type TimeChartPoint = { atMs: number; value: number | null };

type TimeChartProps = {
  title: string;
  summary: string;
  points: readonly TimeChartPoint[];
  unit: string;
  zone: string;
  domain?: [number, number];
  limits?: readonly { value: number; label: string; priority: 'p1' | 'p2' }[];
  heightPx?: number;
  /** Show the date too: the range is longer than a day. */
  withDate?: boolean;
};

/** One measured value over time, with limits; gaps stay gaps. */
export function TimeChart({ title, summary, points, unit, zone, domain, limits = [], heightPx = 140, withDate = false }: TimeChartProps) {
  const clock = (atMs: number) => {
    const wall = wallTime(new Date(atMs), zone);
    return `${withDate ? `${wall.date.slice(5)} ` : ''}${wall.time.slice(0, 5)}`;
  };
  const rows = points.map((point) => [clock(point.atMs), point.value === null ? '–' : `${point.value.toFixed(1)} ${unit}`]);
  return (
    <ChartFrame title={title} summary={summary} heightPx={heightPx} table={{ columns: ['Time', title], rows: rows.toReversed() }}>
      <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 320, height: heightPx }}>
        <AreaChart data={[...points]} margin={{ top: 6, right: 6, bottom: 0, left: 0 }} accessibilityLayer={false}>
          <CartesianGrid {...CHART_GRID} />
          <XAxis {...CHART_AXIS} dataKey="atMs" type="number" domain={['dataMin', 'dataMax']} tickFormatter={clock} minTickGap={48} />
          <YAxis
            {...CHART_AXIS}
            width={38}
            domain={domain ?? ['auto', 'auto']}
            ticks={domain ? [domain[0], (domain[0] + domain[1]) / 2, domain[1]] : undefined}
            unit={unit === '%' ? '%' : undefined}
          />
          <Tooltip
            {...CHART_TOOLTIP}
            labelFormatter={(label) => clock(Number(label))}
            formatter={(value) => [`${Number(value).toFixed(1)} ${unit}`, title]}
          />
          {limits.map((limit) => (
            <ReferenceLine
              key={limit.label}
              y={limit.value}
              stroke={`var(--${limit.priority})`}
              strokeDasharray={limit.priority === 'p2' ? '4 3' : undefined}
            />
          ))}
          <Area
            type="monotone"
            dataKey="value"
            stroke="var(--data-1)"
            strokeWidth={1.5}
            fill="var(--data-3)"
            fillOpacity={0.25}
            connectNulls={false}
            isAnimationActive={false}
          />
        </AreaChart>
      </ResponsiveContainer>
    </ChartFrame>
  );
}
