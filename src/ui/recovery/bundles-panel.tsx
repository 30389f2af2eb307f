'use client';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { formatBytes } from '../clock/format';
import { Button, buttonClass } from '../kit/button';
import { Mark } from '../kit/mark';
import { MoreRows } from '../kit/more-rows';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { EmptyState } from '../kit/states';
import { Time } from '../kit/time';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { explainError } from '../trpc/errors';
import { BundleDialog } from './bundle-dialog';
import { bundleState, partsText } from './recovery-words';

type Overview = RouterOutputs['recovery']['overview'];
type Bundle = RouterOutputs['recovery']['bundles']['rows'][number];

/** Debug bundles and diagnostic reports: ask for one, fetch it, delete it. */
export function BundlesPanel({ overview }: { overview: Overview }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { gateway, may } = overview;
  const [asking, setAsking] = useState(false);
  const query = useInfiniteQuery(
    trpc.recovery.bundles.infiniteQueryOptions({ gatewayId: gateway.id }, { getNextPageParam: (page) => page.nextCursor }),
  );
  const remove = useMutation(
    trpc.recovery.deleteBundle.mutationOptions({
      onSuccess: () => void toast('The bundle is deleted'),
      onError: (error) => void toast.error('The bundle stays', { description: explainError(error).message }),
      onSettled: () => queryClient.invalidateQueries(trpc.recovery.pathFilter()),
    }),
  );
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Panel title="Debug bundles" flush aside={<Button onClick={() => setAsking(true)}>Ask for a bundle</Button>}>
      <QueryState query={query} loading="Loading bundles" rows={3} failed="The bundles could not be read" />
      {query.data && rows.length === 0 && (
        <EmptyState title="No bundle yet">
          A bundle has the gateway’s logs, configuration and state; what is known or looks like a secret is taken out. It is kept here for a
          day.
        </EmptyState>
      )}
      <ul className="divide-y divide-line">
        {rows.map((row) => (
          <BundleItem
            key={row.id}
            row={row}
            zone={gateway.site.timezone}
            mayRead={may.readBundle}
            busy={remove.isPending}
            onDelete={() => remove.mutate({ bundleId: row.id })}
          />
        ))}
      </ul>
      <MoreRows query={query} />
      {asking && <BundleDialog gateway={gateway} onClose={() => setAsking(false)} />}
    </Panel>
  );
}

function BundleItem({
  row,
  zone,
  mayRead,
  busy,
  onDelete,
}: {
  row: Bundle;
  zone: string;
  mayRead: boolean;
  busy: boolean;
  onDelete: () => void;
}) {
  const state = bundleState(row.state);
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-3 py-1.5 text-sm">
      <div className="min-w-0">
        <p className="flex flex-wrap items-baseline gap-x-3">
          <span className="font-mono text-xs font-medium">{row.id}</span>
          <Mark priority={state.priority}>{state.label}</Mark>
          {row.kind === 'diagnostic' && <span className="text-xs text-muted">diagnostic report</span>}
        </p>
        <p className="text-xs text-muted">
          {partsText(row.contents)}
          {row.sizeBytes !== null && `, ${formatBytes(row.sizeBytes)}`}
          {row.redactions !== null && `, ${row.redactions} ${row.redactions === 1 ? 'secret' : 'secrets'} taken out`}
          {' · '}
          {row.requestedBy}, <Time at={row.createdAt} zone={zone} withDate />
          {row.state === 'ready' && (
            <>
              {' · until '}
              <Time at={row.expiresAt} zone={zone} withDate />
            </>
          )}
          {row.downloads > 0 && ` · fetched ${row.downloads} ${row.downloads === 1 ? 'time' : 'times'}`}
        </p>
        {row.error && <p className="text-xs text-p2">▲ {row.error}</p>}
      </div>
      {mayRead && row.downloadPath && (
        <span className="flex gap-1">
          <a className={buttonClass()} href={row.downloadPath} download aria-label={`Download ${row.id}`}>
            Download
          </a>
          <Button variant="quiet" disabled={busy} onClick={onDelete} aria-label={`Delete ${row.id}`}>
            Delete
          </Button>
        </span>
      )}
    </li>
  );
}
