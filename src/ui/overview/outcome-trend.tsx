'use client';
import { useQuery } from '@tanstack/react-query';
import { Bar, CartesianGrid, ComposedChart, Legend, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { CHART_AXIS, CHART_GRID, CHART_TOOLTIP, ChartFrame } from '../kit/chart-frame';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { EmptyState } from '../kit/states';
import { useTRPC } from '../trpc/client';
import { zoneCity } from '../clock/format';

const HEIGHT_PX = 190;

/** How installations ended, day by day: confirmed in grey, what went wrong in its colour. */
export function OutcomeTrend({ scope }: { scope: { siteCode?: string } }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.fleet.summary.queryOptions(scope));
  const { data } = query;
  const days = data?.days ?? [];
  const ended = days.reduce((sum, day) => sum + day.confirmed + day.failed + day.rolledBack, 0);
  const confirmed = days.reduce((sum, day) => sum + day.confirmed, 0);
  const rate = (good: number, all: number) => (all === 0 ? '–' : `${((good / all) * 100).toFixed(1)} %`);
  return (
    <Panel title="Outcome of updates" aside={data && `days in ${zoneCity(data.zone)}`}>
      <QueryState query={query} loading="Loading outcomes" rows={4} failed="The outcomes could not be read" />
      {data && ended === 0 && <EmptyState title="No update has ended in 14 days">The first one that does starts this chart.</EmptyState>}
      {ended > 0 && (
        <ChartFrame
          title="Installations per day, 14 days"
          summary={`${rate(confirmed, ended)} of ${ended.toLocaleString('en-GB')} booted the new version, proved health and were committed.`}
          heightPx={HEIGHT_PX}
          table={{
            columns: ['Day', 'Confirmed', 'Rolled back', 'Failed', 'Success'],
            rows: days
              .toReversed()
              .map((day) => [
                day.day,
                day.confirmed,
                day.rolledBack,
                day.failed,
                rate(day.confirmed, day.confirmed + day.failed + day.rolledBack),
              ]),
          }}
        >
          <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 480, height: HEIGHT_PX }}>
            <ComposedChart data={days} margin={{ top: 4, right: 4, bottom: 0, left: 0 }} accessibilityLayer={false}>
              <CartesianGrid {...CHART_GRID} />
              <XAxis {...CHART_AXIS} dataKey="day" tickFormatter={(day: string) => day.slice(5)} minTickGap={24} />
              <YAxis {...CHART_AXIS} width={34} allowDecimals={false} />
              <Tooltip {...CHART_TOOLTIP} />
              <Legend
                iconType="square"
                iconSize={8}
                wrapperStyle={{ fontSize: 11 }}
                formatter={(value: string) => <span style={{ color: 'var(--text-muted)' }}>{value}</span>}
              />
              <Bar dataKey="confirmed" name="Confirmed" stackId="day" fill="var(--data-2)" isAnimationActive={false} />
              <Bar dataKey="rolledBack" name="Rolled back" stackId="day" fill="var(--p2)" isAnimationActive={false} />
              <Bar dataKey="failed" name="Failed" stackId="day" fill="var(--p1)" isAnimationActive={false} />
            </ComposedChart>
          </ResponsiveContainer>
        </ChartFrame>
      )}
    </Panel>
  );
}
