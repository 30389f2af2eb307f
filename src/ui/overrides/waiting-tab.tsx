'use client';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useRef } from 'react';
import { Countdown } from '../kit/countdown';
import { buttonClass } from '../kit/button';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { useRowKeys } from '../kit/row-keys';
import { EmptyState } from '../kit/states';
import { useTRPC } from '../trpc/client';
import { OverrideItem } from './override-item';
import { OverrideLink } from './override-link';
import type { OverrideRow } from './register-csv';

/** Behind the live hints: a request that lapses by itself is gone at the latest after this. */
const POLL_MS = 15_000;
/** A request with less time than this is emphasised. */
const URGENT_MS = 10 * 60_000;

/** What waits for someone: requests by time to lapse, then reviews by the time they are due. */
export function WaitingTab({ siteCode }: { siteCode: string | null }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.overrides.inbox.queryOptions(undefined, { refetchInterval: POLL_MS }));
  const list = useRef<HTMLDivElement>(null);
  const here = (row: OverrideRow) => siteCode === null || row.site.code === siteCode;
  const open = query.data?.open.filter(here) ?? [];
  const reviews = query.data?.reviews.filter(here) ?? [];
  useRowKeys(
    list,
    open.length + reviews.length,
    useCallback(() => undefined, []),
  );
  if (!query.data) return <QueryState query={query} loading="Loading what waits" rows={6} failed="The inbox could not be read" />;
  return (
    <div ref={list} className="flex flex-col gap-3">
      <Panel title="Waiting for approval" aside={<span aria-live="polite">{open.length} open</span>} flush>
        {open.length === 0 ? (
          <EmptyState title="Nothing waits for an approval">
            A request is made from “Why not now” of a gateway or a job, for a limit that is soft. It appears here at once.
          </EmptyState>
        ) : (
          <ul aria-label="Requests by time to lapse" className="divide-y divide-line">
            {open.map((row, index) => (
              <OverrideItem
                key={row.id}
                row={row}
                index={index}
                clock={
                  <span>
                    <span className="text-muted">lapses in </span>
                    <Countdown until={row.lapsesAt} over="a moment" urgentMs={URGENT_MS} />
                  </span>
                }
                actions={<OpenButton row={row} />}
              />
            ))}
          </ul>
        )}
      </Panel>
      {reviews.length > 0 && (
        <Panel title="Reviews due" aside={`${reviews.length} broken ${reviews.length === 1 ? 'glass' : 'glasses'}`} flush>
          <ul aria-label="Reviews by the time they are due" className="divide-y divide-line">
            {reviews.map((row, index) => (
              <OverrideItem
                key={row.id}
                row={row}
                index={open.length + index}
                clock={
                  <span>
                    <span className="text-muted">due in </span>
                    {row.reviewDueAt ? <Countdown until={row.reviewDueAt} over="overdue" urgentMs={6 * URGENT_MS} /> : '–'}
                  </span>
                }
                actions={
                  <OverrideLink id={row.id} className={buttonClass(row.may.closeReview ? 'primary' : 'secondary')}>
                    {row.may.closeReview ? 'Review' : 'Look at it'}
                  </OverrideLink>
                }
              />
            ))}
          </ul>
        </Panel>
      )}
    </div>
  );
}

function OpenButton({ row }: { row: OverrideRow }) {
  return (
    <OverrideLink id={row.id} className={buttonClass(row.may.approve ? 'primary' : 'secondary')}>
      {row.may.approve ? 'Decide' : 'Look at it'}
    </OverrideLink>
  );
}
