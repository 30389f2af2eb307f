'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useQueryState } from 'nuqs';
import { QueryState } from '../kit/query-state';
import { Segments } from '../kit/segments';
import { EmptyState } from '../kit/states';
import { TimeChart } from '../kit/time-chart';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { RANGES, rangeParser } from './gateway-page-state';

type History = RouterOutputs['telemetry']['history'];
type Series = 'cpuPercent' | 'memoryPercent' | 'diskPercent' | 'temperatureC';

const RANGE_WORDS: Record<(typeof RANGES)[number], string> = { '1h': '1 hour', '24h': '24 hours', '7d': '7 days' };
/** A new point comes every step; the chart is read again at this pace. */
const POLL_MS: Record<(typeof RANGES)[number], number> = { '1h': 30_000, '24h': 120_000, '7d': 600_000 };

const CHARTS: readonly { series: Series; title: string; unit: string; domain: [number, number] }[] = [
  { series: 'cpuPercent', title: 'CPU', unit: '%', domain: [0, 100] },
  { series: 'memoryPercent', title: 'Memory', unit: '%', domain: [0, 100] },
  { series: 'diskPercent', title: 'Disk', unit: '%', domain: [0, 100] },
  { series: 'temperatureC', title: 'Temperature', unit: '°C', domain: [0, 100] },
];

/** Processor, memory, disk and temperature over an hour, a day or a week. */
export function VitalsTab({ gatewayId, zone }: { gatewayId: string; zone: string }) {
  const trpc = useTRPC();
  const [range, setRange] = useQueryState('range', rangeParser);
  const query = useQuery(
    trpc.telemetry.history.queryOptions({ gatewayId, range }, { refetchInterval: POLL_MS[range], placeholderData: keepPreviousData }),
  );
  const known = query.data?.points.some((point) => point.cpuPercent !== null);
  return (
    <div className="flex flex-col gap-3">
      <Segments
        label="Time range"
        value={range}
        options={RANGES.map((value) => ({ value, label: RANGE_WORDS[value] }))}
        onChange={(next) => void setRange(next)}
      />
      <div className="rounded-lg border border-line bg-surface">
        <QueryState query={query} loading="Loading vitals" rows={14} failed="The vitals could not be read" />
        {query.data && !known && (
          <EmptyState title={`Nothing was reported in the last ${RANGE_WORDS[query.data.range]}`}>
            {query.data.range === '7d' ? 'Vitals come with every report of a connected gateway.' : 'Choose a longer range.'}
          </EmptyState>
        )}
        {query.data && known && <Charts history={query.data} zone={zone} />}
      </div>
    </div>
  );
}

function Charts({ history, zone }: { history: History; zone: string }) {
  return (
    <div className="grid min-w-0 gap-x-6 gap-y-5 p-3 lg:grid-cols-2">
      {CHARTS.map(({ series, title, unit, domain }) => (
        <TimeChart
          key={series}
          title={title}
          summary={summaryOf(history, series, unit)}
          points={history.points.map((point) => ({ atMs: point.at.getTime(), value: point[series] }))}
          unit={unit}
          zone={zone}
          domain={domain}
          withDate={history.range === '7d'}
        />
      ))}
    </div>
  );
}

function summaryOf(history: History, series: Series, unit: string): string {
  const values = history.points.flatMap((point) => point[series] ?? []);
  const last = values.at(-1);
  if (last === undefined) return 'No value was reported.';
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const text = (value: number) => `${value.toFixed(0)} ${unit}`;
  return `Last ${text(last)}, mean ${text(mean)}, highest ${text(Math.max(...values))}.`;
}
