'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { TOPIC_WORDS, type Topic } from '#/domain/notifications/topics';
import { DeliveryState } from '../alarms/alarm-history';
import { MoreRows } from '../kit/more-rows';
import { Panel } from '../kit/panel';
import { CELL, PlainTable } from '../kit/plain-table';
import { QueryState } from '../kit/query-state';
import { EmptyState } from '../kit/states';
import { Time } from '../kit/time';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import type { ChannelRow } from './channels-page';

/** Each message of a channel with its last answer, newest first. */
export function DeliveryLog({ channel }: { channel: ChannelRow }) {
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.channels.deliveries.infiniteQueryOptions(
      { channelId: channel.id, limit: 50 },
      { getNextPageParam: (page) => page.nextCursor, refetchInterval: 2000 },
    ),
  );
  const rows = query.data?.pages.flatMap((page) => page.rows);
  return (
    <Panel title={`Delivery log of ${channel.name}`} flush>
      <QueryState query={query} loading="Loading the log" rows={3} failed="The log could not be read" />
      {rows?.length === 0 && <EmptyState title="Nothing was sent yet">Send a test message.</EmptyState>}
      {rows && rows.length > 0 && (
        <PlainTable label="Deliveries" titles={['Written', 'Message', 'State', 'Answer', 'Took', 'Why, and each attempt']}>
          {rows.map((row) => (
            <tr key={row.id}>
              <td className={`${CELL} text-xs`}>
                <Time at={row.createdAt} zone="UTC" seconds />
              </td>
              <td className={`${CELL} text-xs`}>{TOPIC_WORDS[row.topic as Topic] ?? row.topic}</td>
              <td className={`${CELL} text-xs`}>
                <DeliveryState state={row.state} attempts={row.attempts} />
              </td>
              <td className={`${CELL} font-mono text-xs`}>{row.responseStatus ?? '–'}</td>
              <td className={`${CELL} font-mono text-xs`}>{row.latencyMs === null ? '–' : `${row.latencyMs} ms`}</td>
              <td className={`${CELL} text-xs text-muted`}>
                {row.lastError ?? ''}
                {row.log.length > 1 && <Attempts log={row.log} />}
              </td>
            </tr>
          ))}
        </PlainTable>
      )}
      <MoreRows query={query} />
    </Panel>
  );
}

function Attempts({ log }: { log: RouterOutputs['channels']['deliveries']['rows'][number]['log'] }) {
  return (
    <details>
      <summary className="min-h-6 cursor-pointer content-center">{log.length} attempts</summary>
      <ol className="flex flex-col gap-1 py-1">
        {log.map((attempt) => (
          <li key={attempt.at} className="flex gap-2">
            <Time at={attempt.at} zone="UTC" seconds />
            <span>
              {attempt.error ?? `answered ${attempt.status}`} · {attempt.latencyMs} ms
            </span>
          </li>
        ))}
      </ol>
    </details>
  );
}
