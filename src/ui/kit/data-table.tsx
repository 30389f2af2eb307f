'use client';
/** A real table for long lists: sticky header, only the visible rows in the page, keyset paging as one scrolls. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { cx } from './class-names';
import { useRowKeys } from './row-keys';

export type SortState = { by: string; desc: boolean };

export type Column<T> = {
  id: string;
  header: string;
  cell: (row: T) => ReactNode;
  sortable?: boolean;
  align?: 'right';
  /** CSS width on wide screens; the rest shares what is left. */
  width?: string;
  /** Narrow screens leave this column out. */
  from?: 'sm' | 'md' | 'lg' | 'xl';
};

type DataTableProps<T> = {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
  /** Rows that the filter matches in all; `rows` may be the first part of them. */
  total?: number;
  sort?: SortState;
  onSort?: (sort: SortState) => void;
  /** Called when the end of what is loaded comes near. */
  onEnd?: () => void;
  loadingMore?: boolean;
  /** Shown instead of rows. */
  empty?: ReactNode;
  className?: string;
};

const ROW_PX = 36;
const HIDE = { sm: 'max-sm:hidden', md: 'max-md:hidden', lg: 'max-lg:hidden', xl: 'max-xl:hidden' } as const;

/**
 * The table. The first column's cell should hold a link: j and k move the focus along it, Enter opens it. Links in rows
 * take prefetch={false}: with thousands of rows every scroll would otherwise ask the server for each page behind them.
 */
export function DataTable<T>({
  label,
  columns,
  rows,
  rowKey,
  total = rows.length,
  sort,
  onSort,
  onEnd,
  loadingMore = false,
  empty,
  className,
}: DataTableProps<T>) {
  const scrollRef = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    initialRect: { width: 1200, height: 700 },
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1);
  useRowKeys(scrollRef, rows.length, (index) => virtualizer.scrollToIndex(index));
  useEffect(() => {
    if (last && last.index >= rows.length - 30 && rows.length < total) onEnd?.();
  }, [last, rows.length, total, onEnd]);
  const before = items[0]?.start ?? 0;
  const after = virtualizer.getTotalSize() - (last?.end ?? 0);
  return (
    <div ref={scrollRef as RefObject<HTMLDivElement>} className={cx('relative overflow-auto', className)}>
      <table aria-label={label} aria-rowcount={total + 1} className="w-full border-separate border-spacing-0 text-sm">
        <thead className="sticky top-0 z-10 bg-surface">
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <tr aria-hidden style={{ height: before }} />}
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <tr
                key={rowKey(row)}
                data-row={item.index}
                aria-rowindex={item.index + 2}
                style={{ height: ROW_PX }}
                className="group hover:bg-hover focus-within:bg-select"
              >
                {columns.map((column) => (
                  <td
                    key={column.id}
                    className={cx(
                      'border-b border-line px-2.5 py-0.5 first:pl-3 last:pr-3',
                      column.align === 'right' && 'text-right',
                      column.from && HIDE[column.from],
                    )}
                  >
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          {after > 0 && <tr aria-hidden style={{ height: after }} />}
        </tbody>
      </table>
      {rows.length === 0 && empty}
      {loadingMore && (
        <p role="status" className="sticky left-0 px-3 py-2 text-xs text-muted">
          Loading more rows …
        </p>
      )}
    </div>
  );
}

function HeaderCell<T>({ column, sort, onSort }: { column: Column<T>; sort?: SortState; onSort?: (sort: SortState) => void }) {
  const active = sort?.by === column.id;
  const direction = active ? (sort.desc ? 'descending' : 'ascending') : undefined;
  return (
    <th
      scope="col"
      aria-sort={direction}
      style={column.width ? ({ '--column-width': column.width } as CSSProperties) : undefined}
      className={cx(
        'h-9 border-b border-line-strong px-2.5 text-left text-xs font-medium whitespace-nowrap text-muted first:pl-3 last:pr-3',
        column.width && 'md:w-(--column-width)',
        column.align === 'right' && 'text-right',
        column.from && HIDE[column.from],
      )}
    >
      {column.sortable && onSort ? (
        <button
          type="button"
          onClick={() => onSort({ by: column.id, desc: active ? !sort.desc : false })}
          className={cx(
            '-mx-1 inline-flex min-h-6 items-center gap-1 rounded-sm px-1 hover:text-text',
            active && 'font-semibold text-text',
          )}
        >
          {column.header}
          <span aria-hidden className="w-2">
            {active ? (sort.desc ? '↓' : '↑') : ''}
          </span>
        </button>
      ) : (
        column.header
      )}
    </th>
  );
}
