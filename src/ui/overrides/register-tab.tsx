'use client';
/** Every override there ever was, newest first: filtered by the server, read page by page. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useQueryStates } from 'nuqs';
import { CONSTRAINTS } from '#/domain/safety/signals';
import { useNowMs } from '../clock/now';
import { ExportButton } from '../csv/export-button';
import { Button } from '../kit/button';
import { ListSection, useRows } from '../kit/list-section';
import { FilterChoice } from '../kit/filter-choice';
import { SearchBox } from '../kit/search-box';
import { EmptyState } from '../kit/states';
import { CONSTRAINT_WORDS } from '../safety/constraint-words';
import { useTRPC, useTRPCClient } from '../trpc/client';
import { GROUP_KEYS, type OverridePageState, overrideParsers, PERIOD_KEYS, registerFilters, registerInput } from './overrides-state';
import { REGISTER_COLUMNS } from './register-columns';
import { REGISTER_CSV } from './register-csv';

/** Above it are the tabs as well. */
const HEIGHT = 'max-h-[max(24rem,calc(100dvh-17rem))] min-h-96 flex-1';
const GROUP_WORDS: Record<(typeof GROUP_KEYS)[number], string> = {
  all: 'all',
  open: 'Waiting for approval',
  in_force: 'In force',
  used: 'Used',
  ended: 'Expired or revoked',
  refused: 'Rejected, withdrawn or lapsed',
  review: 'Review due or reviewed',
};
const PERIOD_WORDS = { '24h': 'Last 24 hours', '7d': 'Last 7 days', '30d': 'Last 30 days' } as const;

type Cursor = { at: Date; id: string };
/** Rows per read while exporting. */
const EXPORT_ROWS = 200;

export function RegisterTab() {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const [state, setState] = useQueryStates(overrideParsers, { history: 'replace' });
  const input = registerInput(state, useNowMs());
  const query = useInfiniteQuery(
    trpc.overrides.browse.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor, placeholderData: keepPreviousData }),
  );
  const rows = useRows(query.data);
  const clear = () => void setState({ q: null, group: null, constraint: null, glass: null, period: null, site: null });
  const filters = registerFilters(state);
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <RegisterFilters state={state} onChange={(next) => void setState(next)} />
        <ExportButton
          what="overrides"
          columns={REGISTER_CSV}
          read={(cursor: Cursor | null) => client.overrides.browse.query({ ...input, limit: EXPORT_ROWS, cursor })}
          disabled={rows.length === 0}
        />
      </div>
      <ListSection
        label="Override register"
        query={query}
        rows={rows}
        columns={REGISTER_COLUMNS}
        rowKey={(row) => row.id}
        loading="Loading the register"
        failed="The register could not be read"
        empty={
          filters === 0 ? (
            <EmptyState title="No override was ever asked for">Requests are made from “Why not now” of a gateway or a job.</EmptyState>
          ) : (
            <EmptyState title="No override matches" action={<Button onClick={clear}>Clear the filters</Button>}>
              Take a filter away, or look further back.
            </EmptyState>
          )
        }
        height={HEIGHT}
      />
    </div>
  );
}

type Change = (next: Partial<OverridePageState>) => void;

function RegisterFilters({ state, onChange }: { state: OverridePageState; onChange: Change }) {
  return (
    <search aria-label="Register filters" className="flex flex-wrap items-center gap-2 max-md:w-full">
      <SearchBox
        label="Filter by requester or gateway"
        placeholder="Requester or gateway   /"
        value={state.q}
        onChange={(q) => onChange({ q })}
      />
      <FilterChoice
        label="State"
        value={state.group === 'all' ? '' : state.group}
        options={GROUP_KEYS.filter((key) => key !== 'all').map((key) => ({ value: key, label: GROUP_WORDS[key] }))}
        onChange={(value) => onChange({ group: GROUP_KEYS.find((key) => key === value) ?? 'all' })}
      />
      <FilterChoice
        label="Constraint"
        value={state.constraint ?? ''}
        options={CONSTRAINTS.map((one) => ({ value: one, label: CONSTRAINT_WORDS[one] }))}
        onChange={(value) => onChange({ constraint: CONSTRAINTS.find((one) => one === value) ?? null })}
      />
      <FilterChoice
        label="Kind"
        value={state.glass === null ? '' : String(state.glass)}
        options={[
          { value: 'true', label: 'Break-glass' },
          { value: 'false', label: 'Approved by others' },
        ]}
        onChange={(value) => onChange({ glass: value === '' ? null : value === 'true' })}
      />
      <FilterChoice
        label="Asked for"
        value={state.period ?? ''}
        options={PERIOD_KEYS.map((key) => ({ value: key, label: PERIOD_WORDS[key] }))}
        onChange={(value) => onChange({ period: PERIOD_KEYS.find((key) => key === value) ?? null })}
      />
    </search>
  );
}
