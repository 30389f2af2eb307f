'use client';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useRef } from 'react';
import { Button } from '../kit/button';
import { Countdown } from '../kit/countdown';
import { Mark } from '../kit/mark';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { useRowKeys } from '../kit/row-keys';
import { EmptyState } from '../kit/states';
import { useTRPC } from '../trpc/client';
import { grantWords } from './grant-words';
import { OverrideItem } from './override-item';
import { useOverrideActions } from './use-override-actions';

/** Behind the live hints. */
export const IN_FORCE_POLL_MS = 15_000;

/** What is in force now, the next to end first; each can be revoked with one click. */
export function ActiveTab({ siteCode }: { siteCode: string | null }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.overrides.inForce.queryOptions(undefined, { refetchInterval: IN_FORCE_POLL_MS }));
  const { revoke } = useOverrideActions();
  const list = useRef<HTMLDivElement>(null);
  const rows = query.data?.inForce.filter((row) => siteCode === null || row.site.code === siteCode) ?? [];
  useRowKeys(
    list,
    rows.length,
    useCallback(() => undefined, []),
  );
  if (!query.data)
    return <QueryState query={query} loading="Loading what is in force" rows={4} failed="What is in force could not be read" />;
  return (
    <div ref={list}>
      <Panel title="In force" aside={<span aria-live="polite">{rows.length} now</span>} flush>
        {rows.length === 0 ? (
          <EmptyState title="No override is in force">Every gateway keeps to the limits of its site’s policy.</EmptyState>
        ) : (
          <ul aria-label="Overrides by time to end" className="divide-y divide-line">
            {rows.map((row, index) => (
              <OverrideItem
                key={row.id}
                row={row}
                index={index}
                clock={
                  <span className="flex flex-col items-end gap-0.5 max-sm:items-start">
                    <span>
                      <span className="text-muted">ends in </span>
                      {row.expiresAt ? <Countdown until={row.expiresAt} over="a moment" className="text-sm font-semibold" /> : '–'}
                    </span>
                    {row.grants.map((grant) => {
                      const { label, priority } = grantWords(grant);
                      return (
                        <Mark key={grant.id} priority={priority} className="!whitespace-normal">
                          {label}
                        </Mark>
                      );
                    })}
                  </span>
                }
                actions={
                  row.may.revoke && (
                    <Button
                      variant="danger"
                      busy={revoke.isPending && revoke.variables?.overrideId === row.id}
                      onClick={() => revoke.mutate({ overrideId: row.id, reason: '' })}
                      aria-label={`Revoke ${row.id}`}
                    >
                      Revoke
                    </Button>
                  )
                }
              />
            ))}
          </ul>
        )}
      </Panel>
    </div>
  );
}
