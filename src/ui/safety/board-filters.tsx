'use client';
import { X } from 'lucide-react';
import { Button } from '../kit/button';
import { FilterChoice } from '../kit/filter-choice';
import { Segments } from '../kit/segments';
import { BOARD_LEVELS, BOARD_REASONS, type BoardState, reasonName } from './board-state';

type Props = { state: BoardState; onChange: (next: Partial<BoardState>) => void; onClear: (() => void) | null };

/** Narrows the board to one constraint, or to soft or hard blocks. `/` puts the cursor here. */
export function BoardFilters({ state, onChange, onClear }: Props) {
  return (
    <search aria-label="Board filters" className="flex flex-wrap items-center gap-2">
      <FilterChoice
        first
        label="Reason"
        value={state.reason ?? ''}
        options={BOARD_REASONS.map((reason) => ({ value: reason, label: reasonName(reason) }))}
        onChange={(value) => onChange({ reason: BOARD_REASONS.find((one) => one === value) ?? null })}
      />
      <Segments
        label="Level"
        value={state.level ?? 'all'}
        options={[
          { value: 'all', label: 'Soft and hard' },
          { value: 'soft', label: 'Soft: may be overridden' },
          { value: 'hard', label: 'Hard: never' },
        ]}
        onChange={(level) => onChange({ level: BOARD_LEVELS.find((one) => one === level) ?? null })}
      />
      {onClear && (
        <Button variant="quiet" onClick={onClear}>
          <X aria-hidden className="size-3.5" />
          Clear
        </Button>
      )}
    </search>
  );
}
