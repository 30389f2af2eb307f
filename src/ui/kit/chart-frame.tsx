'use client';
import { type ReactNode, useId, useState } from 'react';
import { Button } from './button';

export type ChartTable = { columns: readonly string[]; rows: readonly (readonly (string | number)[])[] };

/**
 * A chart with its title, what it says in one sentence, and the same figures as a table: nobody needs to see the picture.
 * The picture is hidden from assistive technology.
 */
export function ChartFrame({
  title,
  summary,
  table,
  heightPx = 160,
  children,
}: {
  title: string;
  summary: string;
  table: ChartTable;
  heightPx?: number;
  children: ReactNode;
}) {
  const id = useId();
  const [asTable, setAsTable] = useState(false);
  return (
    <figure aria-labelledby={`${id}-title`} className="flex min-w-0 flex-col gap-1.5">
      <div className="flex items-start justify-between gap-2">
        <figcaption>
          <span id={`${id}-title`} className="block text-xs font-semibold">
            {title}
          </span>
          <span className="block text-xs text-muted">{summary}</span>
        </figcaption>
        <Button variant="quiet" aria-pressed={asTable} className="px-2 text-xs" onClick={() => setAsTable((before) => !before)}>
          {asTable ? 'Chart' : 'Table'}
        </Button>
      </div>
      {asTable ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area has to be reachable by keyboard
        <section aria-label={`${title}: figures`} tabIndex={0} className="overflow-auto" style={{ maxHeight: Math.max(heightPx, 160) }}>
          <table className="w-full text-xs">
            <thead className="sticky top-0 bg-surface text-left text-muted">
              <tr>
                {table.columns.map((column) => (
                  <th key={column} scope="col" className="py-1 pr-3 font-medium">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.map((row, number) => (
                // A clock change names an hour twice: the first cell alone is no key.
                // biome-ignore lint/suspicious/noArrayIndexKey: rows are never reordered
                <tr key={`${number} ${row[0]}`} className="border-t border-line">
                  {row.map((cell, at) => (
                    <td key={table.columns[at]} className="py-1 pr-3">
                      {cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ) : (
        // Until the chart has been measured it is drawn at a guessed width, which may be more than there is.
        <div aria-hidden style={{ height: heightPx }} className="min-w-0 overflow-hidden">
          {children}
        </div>
      )}
    </figure>
  );
}

/** Looks shared by every Recharts axis, grid and tooltip. */
export const CHART_AXIS = { tick: { fill: 'var(--text-muted)', fontSize: 11 }, stroke: 'var(--line)', tickLine: false } as const;
export const CHART_GRID = { stroke: 'var(--line)', strokeDasharray: '2 3', vertical: false } as const;
export const CHART_TOOLTIP = {
  contentStyle: {
    background: 'var(--raised)',
    border: '1px solid var(--line-strong)',
    borderRadius: 4,
    fontSize: 12,
    color: 'var(--text)',
  },
  itemStyle: { color: 'var(--text)' },
  cursor: { fill: 'var(--hover)', stroke: 'var(--line-strong)' },
  isAnimationActive: false,
} as const;
