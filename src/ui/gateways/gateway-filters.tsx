'use client';
import { useQuery } from '@tanstack/react-query';
import { SlidersHorizontal, X } from 'lucide-react';
import { useState } from 'react';
import { CRANE_KINDS } from '#/domain/sites/crane-kinds';
import { Button } from '../kit/button';
import { cx } from '../kit/class-names';
import { FilterChoice } from '../kit/filter-choice';
import { SearchBox } from '../kit/search-box';
import { useTRPC } from '../trpc/client';
import { CRANE_KIND_WORDS, NETWORK_WORDS, STATUS_WORDS } from './gateway-words';
import { activeFilters, type ListState, NETWORKS, STATUSES } from './list-state';

type Change = (next: Partial<ListState>) => void;

/** The filter bar. `/` puts the cursor into the text box. */
export function GatewayFilters({ state, onChange, onClear }: { state: ListState; onChange: Change; onClear: () => void }) {
  const [open, setOpen] = useState(false);
  const trpc = useTRPC();
  const facets = useQuery(trpc.gateways.facets.queryOptions(undefined, { staleTime: 60_000 })).data;
  const count = activeFilters(state);
  return (
    <search aria-label="Gateway filters" className="flex flex-wrap items-center gap-2">
      <SearchBox
        label="Filter by name, crane or serial number"
        placeholder="Name, crane or serial number   /"
        value={state.q}
        onChange={(q) => onChange({ q })}
        className="max-md:!w-auto max-md:flex-1"
      />
      <Button className="md:hidden" aria-expanded={open} onClick={() => setOpen((before) => !before)}>
        <SlidersHorizontal aria-hidden className="size-3.5" />
        Filters
      </Button>
      <div className={cx('flex flex-wrap items-center gap-2 max-md:w-full', !open && 'max-md:hidden')}>
        <FilterChoice
          label="Status"
          value={state.status.length > 1 ? 'several' : (state.status[0] ?? '')}
          onChange={(value) => onChange({ status: STATUSES.filter((status) => status === value) })}
          options={[
            ...STATUSES.map((status) => ({ value: status, label: STATUS_WORDS[status]?.label ?? status })),
            ...(state.status.length > 1 ? [{ value: 'several', label: `${state.status.length} statuses` }] : []),
          ]}
        />
        <FilterChoice
          label="Version"
          value={state.version ?? ''}
          onChange={(value) => onChange({ version: value || null })}
          options={withChosen(
            facets?.versions.map((facet) => ({ value: facet.value, label: `${facet.value} (${facet.count})` })),
            state.version,
          )}
        />
        <FilterChoice
          label="Hardware"
          value={state.hw ?? ''}
          onChange={(value) => onChange({ hw: value || null })}
          options={withChosen(
            facets?.hardware.map((facet) => ({ value: facet.value, label: `${facet.value} (${facet.count})` })),
            state.hw,
          )}
        />
        <FilterChoice
          label="Crane"
          value={state.kind ?? ''}
          onChange={(value) => onChange({ kind: CRANE_KINDS.find((kind) => kind === value) ?? null })}
          options={CRANE_KINDS.map((kind) => ({ value: kind, label: CRANE_KIND_WORDS[kind] }))}
        />
        <FilterChoice
          label="Network"
          value={state.net ?? ''}
          onChange={(value) => onChange({ net: NETWORKS.find((network) => network === value) ?? null })}
          options={NETWORKS.map((network) => ({ value: network, label: NETWORK_WORDS[network]?.label ?? network }))}
        />
        <FilterChoice
          label="Reboot"
          value={state.blocked === null ? '' : String(state.blocked)}
          onChange={(value) => onChange({ blocked: value === '' ? null : value === 'true' })}
          options={[
            { value: 'true', label: 'Blocked by safety' },
            { value: 'false', label: 'Possible' },
          ]}
        />
      </div>
      {count > 0 && (
        <Button variant="quiet" onClick={onClear}>
          <X aria-hidden className="size-3.5" />
          Clear {count}
        </Button>
      )}
    </search>
  );
}

/** The choices, with the chosen one among them even if no gateway has it any more. */
function withChosen(options: { value: string; label: string }[] | undefined, chosen: string | null): { value: string; label: string }[] {
  const known = options ?? [];
  return chosen && !known.some((option) => option.value === chosen) ? [{ value: chosen, label: chosen }, ...known] : known;
}
