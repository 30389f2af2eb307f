'use client';
import { Button } from './button';

type More = { hasNextPage: boolean; isFetchingNextPage: boolean; isFetchNextPageError: boolean; fetchNextPage: () => unknown };

/** Below a list that is read page by page: the button for the next page, by key as well as by mouse. */
export function MoreRows({ query, label = 'Show older ones' }: { query: More; label?: string }) {
  if (!query.hasNextPage) return null;
  return (
    <div className="flex items-center gap-3 border-t border-line px-3 py-2">
      <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {label}
      </Button>
      {query.isFetchNextPageError && (
        <p role="alert" className="text-sm text-p1">
          ■ They could not be read. Try again.
        </p>
      )}
    </div>
  );
}
