'use client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useQueryStates } from 'nuqs';
import { LEVELS, type LogFilter, logParsers, logsInput, SOURCES } from '../gateway/gateway-page-state';
import { Button } from '../kit/button';
import { cx } from '../kit/class-names';
import { FilterChoice } from '../kit/filter-choice';
import { Mark, type Priority } from '../kit/mark';
import { MoreRows } from '../kit/more-rows';
import { QueryState } from '../kit/query-state';
import { SearchBox } from '../kit/search-box';
import { EmptyState } from '../kit/states';
import { Time } from '../kit/time';
import { type RouterOutputs, useTRPC } from '../trpc/client';

type Line = RouterOutputs['logs']['browse']['rows'][number];

const LEVEL_WORDS: Record<string, { label: string; priority: Priority }> = {
  error: { label: 'Error', priority: 'p1' },
  warning: { label: 'Warning', priority: 'p3' },
  info: { label: 'Info', priority: 'none' },
  debug: { label: 'Debug', priority: 'none' },
};
const SOURCE_WORDS: Record<(typeof SOURCES)[number], string> = { ota: 'Update', recovery: 'Recovery', safety: 'Safety', system: 'System' };

/** What the gateway has logged, newest first, narrowed by level, source and text. */
export function LogPanel({ gatewayId, zone }: { gatewayId: string; zone: string }) {
  const trpc = useTRPC();
  const [filter, setFilter] = useQueryStates(logParsers, { history: 'replace' });
  const query = useInfiniteQuery(
    trpc.logs.browse.infiniteQueryOptions(logsInput(gatewayId, filter), {
      getNextPageParam: (page) => page.nextCursor,
      placeholderData: keepPreviousData,
    }),
  );
  const rows = query.data?.pages.flatMap((page) => page.rows);
  const filtered = filter.q !== '' || filter.level !== null || filter.source !== null;
  return (
    <div className="flex flex-col gap-3">
      <LogFilters filter={filter} onChange={(next) => void setFilter(next)} />
      <section aria-label="Log" className="min-w-0 rounded-lg border border-line bg-surface">
        <QueryState query={query} loading="Loading the log" rows={14} failed="The log could not be read" />
        {rows?.length === 0 &&
          (filtered ? (
            <EmptyState title="No line matches" action={<Button onClick={() => void setFilter(null)}>Clear the filters</Button>}>
              Choose another level or source, or a shorter text.
            </EmptyState>
          ) : (
            <EmptyState title="Nothing is logged yet">Lines come from the gateway as soon as it is connected.</EmptyState>
          ))}
        {rows && rows.length > 0 && (
          <ol className={cx('divide-y divide-line', query.isPlaceholderData && 'opacity-60')}>
            {rows.map((line) => (
              <LogLine key={line.id} line={line} zone={zone} />
            ))}
          </ol>
        )}
        <MoreRows query={query} />
      </section>
    </div>
  );
}

function LogFilters({ filter, onChange }: { filter: LogFilter; onChange: (next: Partial<LogFilter>) => void }) {
  return (
    <search aria-label="Log filters" className="flex flex-wrap items-center gap-2">
      <SearchBox label="Filter by message" placeholder="Part of a message   /" value={filter.q} onChange={(q) => onChange({ q })} />
      <FilterChoice
        label="Level"
        value={filter.level ?? ''}
        options={LEVELS.map((level) => ({ value: level, label: LEVEL_WORDS[level]?.label ?? level }))}
        onChange={(value) => onChange({ level: LEVELS.find((level) => level === value) ?? null })}
      />
      <FilterChoice
        label="Source"
        value={filter.source ?? ''}
        options={SOURCES.map((source) => ({ value: source, label: SOURCE_WORDS[source] }))}
        onChange={(value) => onChange({ source: SOURCES.find((source) => source === value) ?? null })}
      />
    </search>
  );
}

function LogLine({ line, zone }: { line: Line; zone: string }) {
  const { label, priority } = LEVEL_WORDS[line.level] ?? { label: line.level, priority: 'none' as const };
  const details = Object.entries(line.details);
  return (
    <li className="grid grid-cols-[11.5rem_5.5rem_4.5rem_minmax(0,1fr)] items-baseline gap-x-3 px-3 py-1 text-xs max-md:grid-cols-[minmax(0,1fr)_auto_auto]">
      <Time at={line.at} zone={zone} seconds withDate />
      <Mark priority={priority}>{label}</Mark>
      <span className="text-muted">{SOURCE_WORDS[line.source as (typeof SOURCES)[number]] ?? line.source}</span>
      <span className="min-w-0 font-mono break-words max-md:col-span-3">
        {line.message}
        {details.length > 0 && (
          <span className="text-muted">
            {' '}
            {details.map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`).join(' ')}
          </span>
        )}
      </span>
    </li>
  );
}
