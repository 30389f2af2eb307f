'use client';
import { Segments } from '../kit/segments';
import type { AlarmListState } from './alarm-list-state';

const VIEWS = [
  { value: 'open', label: 'Open' },
  { value: 'unacknowledged', label: 'Unacknowledged' },
  { value: 'shelved', label: 'Shelved' },
  { value: 'suppressed', label: 'Suppressed' },
  { value: 'closed', label: 'Over' },
] as const;
const PRIORITIES = [
  { value: 'all', label: 'All' },
  { value: '1', label: '■ P1' },
  { value: '2', label: '▲ P2' },
  { value: '3', label: '◆ P3' },
] as const;

/** State and priority; the site is chosen in the top bar. */
export function AlarmFilters({ state, onChange }: { state: AlarmListState; onChange: (next: Partial<AlarmListState>) => void }) {
  const priority = PRIORITIES.find(({ value }) => value === String(state.priority))?.value ?? 'all';
  return (
    <search aria-label="Alarm filters" className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <Segments label="State" value={state.view} options={VIEWS} onChange={(view) => onChange({ view })} />
      <Segments
        label="Priority"
        value={priority}
        options={PRIORITIES}
        onChange={(next) => onChange({ priority: next === 'all' ? null : Number(next) })}
      />
      <p className="ml-auto text-xs text-muted max-lg:hidden">
        <kbd className="font-mono">j k</kbd> move · <kbd className="font-mono">Enter</kbd> open · <kbd className="font-mono">a</kbd>{' '}
        acknowledge · <kbd className="font-mono">s</kbd> shelve
      </p>
    </search>
  );
}
