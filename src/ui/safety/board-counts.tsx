'use client';
import { cx } from '../kit/class-names';
import { useSites } from '../sites/site-filter';
import { BOARD_REASONS, type BoardCount, boardMatrix, type BoardReason, type BoardState, cellKey, reasonName } from './board-state';

type Props = {
  counts: readonly BoardCount[];
  state: BoardState;
  onChoose: (site: string | null, reason: BoardReason | null) => void;
};

const BOX = 'overflow-x-auto rounded-lg border border-line bg-surface -outline-offset-2';
const HEAD = 'border-b border-line-strong px-2.5 py-1.5 text-left text-xs font-medium whitespace-nowrap text-muted';

/** How many gateways each constraint blocks, per site; a figure narrows the list below to what it counts. */
export function BoardCounts({ counts, state, onChoose }: Props) {
  const sites = useSites().filter((site) => state.site === null || site.code === state.site);
  const matrix = boardMatrix(
    counts,
    sites.map((site) => site.code),
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area has to be reachable by keyboard
    <section aria-label="Blocked by site" tabIndex={0} className={BOX}>
      <table className="w-full text-sm">
        <thead>
          <tr>
            <th scope="col" className={HEAD}>
              Site
            </th>
            {BOARD_REASONS.map((reason) => (
              <th key={reason} scope="col" className={HEAD}>
                {reasonName(reason)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sites.map((site) => (
            <tr key={site.code}>
              <th scope="row" className="border-b border-line px-2.5 py-0.5 text-left text-xs font-medium whitespace-nowrap">
                <span className="font-mono">{site.code}</span> <span className="font-normal text-muted max-md:hidden">{site.name}</span>
              </th>
              {BOARD_REASONS.map((reason) => (
                <td key={reason} className="border-b border-line px-1 py-0.5">
                  <CountCell
                    count={matrix.cells.get(cellKey(site.code, reason))}
                    label={`${reasonName(reason)} at ${site.name}`}
                    on={state.site === site.code && state.reason === reason}
                    onClick={() => onChoose(site.code, reason)}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        {sites.length > 1 && (
          <tfoot>
            <tr>
              <th scope="row" className="px-2.5 py-0.5 text-left text-xs font-medium">
                All sites
              </th>
              {BOARD_REASONS.map((reason) => (
                <td key={reason} className="px-1 py-0.5">
                  <CountCell
                    count={matrix.totals.get(reason)}
                    label={`${reasonName(reason)} at all sites`}
                    on={state.site === null && state.reason === reason}
                    onClick={() => onChoose(null, reason)}
                  />
                </td>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </section>
  );
}

type CellProps = { count: BoardCount | undefined; label: string; on: boolean; onClick: () => void };

function CountCell({ count, label, on, onClick }: CellProps) {
  if (!count || count.soft + count.hard === 0) return <span className="px-1.5 text-xs text-muted">0</span>;
  const parts = [count.hard > 0 && `${count.hard} ${count.reason === 'offline' ? '' : 'hard'}`, count.soft > 0 && `${count.soft} soft`]
    .filter((part): part is string => part !== false)
    .map((part) => part.trim())
    .join(' · ');
  return (
    <button
      type="button"
      aria-pressed={on}
      aria-label={`${label}: ${parts}`}
      onClick={onClick}
      className={cx('target tabular rounded-md px-1.5 text-xs whitespace-nowrap hover:bg-hover', on && 'bg-select font-semibold')}
    >
      {parts}
    </button>
  );
}
