'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { TOPIC_WORDS, type Topic } from '#/domain/notifications/topics';
import { DeliveryState } from '../alarms/alarm-history';
import { MoreRows } from '../kit/more-rows';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { EmptyState } from '../kit/states';
import { Time } from '../kit/time';
import { useTRPC } from '../trpc/client';
import type { ChannelRow } from './channels-page';

const HEAD = 'border-b border-line-strong px-2.5 py-2 text-left text-xs font-medium text-muted whitespace-nowrap';
const CELL = 'border-b border-line px-2.5 py-1 text-xs';

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
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area has to be reachable by keyboard
        <section aria-label="Deliveries" tabIndex={0} className="overflow-x-auto -outline-offset-2">
          <table className="w-full text-sm">
            <thead>
              <tr>
                {['Written', 'Message', 'State', 'Answer', 'Took', 'Why'].map((title) => (
                  <th key={title} scope="col" className={HEAD}>
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <td className={CELL}>
                    <Time at={row.createdAt} zone="UTC" seconds />
                  </td>
                  <td className={CELL}>{TOPIC_WORDS[row.topic as Topic] ?? row.topic}</td>
                  <td className={CELL}>
                    <DeliveryState state={row.state} attempts={row.attempts} />
                  </td>
                  <td className={`${CELL} font-mono`}>{row.responseStatus ?? '–'}</td>
                  <td className={`${CELL} font-mono`}>{row.latencyMs === null ? '–' : `${row.latencyMs} ms`}</td>
                  <td className={`${CELL} text-muted`}>{row.lastError ?? ''}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <MoreRows query={query} />
    </Panel>
  );
}
