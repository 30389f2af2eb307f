'use client';
/** A page's long list: read page by page as one scrolls, in a frame that keeps to the window. */
import type { ReactNode } from 'react';
import { useCallback, useMemo } from 'react';
import { cx } from './class-names';
import { type Column, DataTable, type SortState } from './data-table';
import { QueryState, type ReadState } from './query-state';

type Pages<T> = { pages: readonly { rows: readonly T[] }[] };
type Paged = ReadState & {
  isPlaceholderData: boolean;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
};

type ListSectionProps<T> = {
  label: string;
  query: Paged;
  rows: readonly T[];
  columns: readonly Column<T>[];
  rowKey: (row: T) => string;
  loading: string;
  failed: string;
  /** Shown instead of rows. */
  empty: ReactNode;
  /** How many match in all, where the server counts them. */
  total?: number;
  sort?: SortState;
  onSort?: (sort: SortState) => void;
  /** What is shown is not yet what was asked for. */
  outdated?: boolean;
  /** The height of the frame, where the page above it is not the usual title and one line of filters. */
  height?: string;
};

const HEIGHT = 'min-h-96 flex-1 max-h-[max(24rem,calc(100dvh-15.25rem))] max-md:max-h-[max(24rem,calc(100dvh-17.75rem))]';
const LOADING_ROWS = 12;

/** The rows of all pages that were read. */
export function useRows<T>(data: Pages<T> | undefined): readonly T[] {
  return useMemo(() => data?.pages.flatMap((page) => page.rows) ?? [], [data]);
}

/** The list with its states: awaited, failed, empty, more to come. */
export function ListSection<T>(props: ListSectionProps<T>) {
  const { label, query, rows, columns, rowKey, loading, failed, empty, sort, onSort, height = HEIGHT } = props;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const { total = hasNextPage ? rows.length + 1 : rows.length, outdated = query.isPlaceholderData } = props;
  return (
    <section aria-label={label} className={cx('flex flex-col overflow-hidden rounded-lg border border-line bg-surface', height)}>
      <QueryState query={query} loading={loading} rows={LOADING_ROWS} failed={failed} />
      {query.data !== undefined && (
        <DataTable
          label={label}
          columns={columns}
          rows={rows}
          rowKey={rowKey}
          total={total}
          sort={sort}
          onSort={onSort}
          onEnd={onEnd}
          loadingMore={isFetchingNextPage}
          className={cx('min-h-0 flex-1', outdated && 'opacity-60')}
          empty={empty}
        />
      )}
    </section>
  );
}
