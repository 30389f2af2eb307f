'use client';
import { useQuery } from '@tanstack/react-query';
import { Bar, BarChart, Cell, LabelList, ResponsiveContainer, XAxis, YAxis } from 'recharts';
import { CHART_AXIS, ChartFrame } from '../kit/chart-frame';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { EmptyState } from '../kit/states';
import { useTRPC } from '../trpc/client';

/** Bars shown; the rest is one bar. */
const SHOWN = 7;
const BAR_PX = 26;

/** How many gateways run which version, most first. */
export function VersionSpread({ scope }: { scope: { siteCode?: string } }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.fleet.summary.queryOptions(scope));
  const { data } = query;
  const versions = data?.versions ?? [];
  const total = versions.reduce((sum, { count }) => sum + count, 0);
  const rest = versions.slice(SHOWN).reduce((sum, { count }) => sum + count, 0);
  const bars = [...versions.slice(0, SHOWN), ...(rest > 0 ? [{ version: `${versions.length - SHOWN} others`, count: rest }] : [])];
  const share = (count: number) => `${((count / Math.max(1, total)) * 100).toFixed(count / Math.max(1, total) < 0.1 ? 1 : 0)} %`;
  const first = versions[0];
  return (
    <Panel title="Versions in the field">
      <QueryState query={query} loading="Loading versions" rows={4} failed="The versions could not be read" />
      {data && !first && <EmptyState title="No gateway yet">Enroll a gateway, and the version that it reports is counted here.</EmptyState>}
      {first && (
        <ChartFrame
          title="Gateways per version"
          summary={`${share(first.count)} of ${total.toLocaleString('en-GB')} gateways run ${first.version}; ${versions.length} versions in all.`}
          heightPx={bars.length * BAR_PX + 8}
          table={{ columns: ['Version', 'Gateways', 'Share'], rows: versions.map(({ version, count }) => [version, count, share(count)]) }}
        >
          <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 480, height: bars.length * BAR_PX }}>
            <BarChart data={bars} layout="vertical" margin={{ top: 0, right: 56, bottom: 0, left: 0 }} accessibilityLayer={false}>
              <XAxis type="number" hide />
              <YAxis
                {...CHART_AXIS}
                type="category"
                dataKey="version"
                width={104}
                axisLine={false}
                interval={0}
                tick={{ ...CHART_AXIS.tick, fontFamily: 'var(--font-mono)' }}
              />
              <Bar dataKey="count" isAnimationActive={false} radius={1} barSize={14}>
                {bars.map(({ version }, at) => (
                  <Cell key={version} fill={at === 0 ? 'var(--data-1)' : at < 3 ? 'var(--data-2)' : 'var(--data-3)'} />
                ))}
                <LabelList
                  dataKey="count"
                  position="right"
                  fontSize={11}
                  fill="var(--text-muted)"
                  formatter={(value) => Number(value).toLocaleString('en-GB')}
                />
              </Bar>
            </BarChart>
          </ResponsiveContainer>
        </ChartFrame>
      )}
    </Panel>
  );
}
