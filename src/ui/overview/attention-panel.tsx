'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { type ReactNode, useCallback, useRef } from 'react';
import { STATUS_WORDS, words } from '../gateways/gateway-words';
import { jobWords, standingOf } from '../jobs/job-words';
import { Age } from '../kit/age';
import { Mark, type Priority } from '../kit/mark';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { useRowKeys } from '../kit/row-keys';
import { EmptyState } from '../kit/states';
import type { RouterOutputs } from '../trpc/client';
import { useTRPC } from '../trpc/client';

type Attention = RouterOutputs['fleet']['attention'];
type Item = {
  key: string;
  priority: Priority;
  label: string;
  href: string;
  what: string;
  why: ReactNode;
  at: Date | null;
  atWords: string;
};

/** Exceptions first: one list, worst on top, each with why and where to go. */
export function AttentionPanel({ scope }: { scope: { siteCode?: string } }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.fleet.attention.queryOptions(scope));
  const total = query.data ? query.data.endedTotal + query.data.awayTotal + query.data.heldTotal : 0;
  return (
    <Panel title="Needs attention" aside={query.data && <span className="tabular">{total.toLocaleString('en-GB')} in all</span>} flush>
      <QueryState query={query} loading="Loading exceptions" rows={6} failed="The exceptions could not be read" />
      {query.data && (total === 0 ? <AllWell /> : <AttentionList items={toItems(query.data)} />)}
    </Panel>
  );
}

function AllWell() {
  return (
    <EmptyState title="Nothing needs you">
      Every enrolled gateway is connected, no job waits, and none has failed in the last three days.
    </EmptyState>
  );
}

function AttentionList({ items }: { items: readonly Item[] }) {
  const listRef = useRef<HTMLUListElement>(null);
  const reveal = useCallback((index: number) => listRef.current?.children[index]?.scrollIntoView({ block: 'nearest' }), []);
  useRowKeys(listRef, items.length, reveal);
  return (
    <ul
      ref={listRef}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area has to be reachable by keyboard
      tabIndex={0}
      aria-label="Exceptions, worst first"
      className="max-h-[26rem] divide-y divide-line overflow-y-auto -outline-offset-2"
    >
      {items.map((item, index) => (
        <li key={item.key} data-row={index}>
          <Link
            prefetch={false}
            href={item.href}
            className="grid grid-cols-[7.5rem_minmax(0,1fr)_auto] items-baseline gap-x-3 px-3 py-2 -outline-offset-2 hover:bg-hover max-sm:grid-cols-[minmax(0,1fr)_auto]"
          >
            <Mark priority={item.priority} className="text-xs font-medium max-sm:col-span-2">
              {item.label}
            </Mark>
            <span className="min-w-0">
              <span className="block truncate font-mono text-xs font-medium">{item.what}</span>
              <span className="block text-xs text-muted sm:truncate">{item.why}</span>
            </span>
            <span className="text-xs">
              <Age at={item.at} suffix={item.atWords} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

const RANK: Record<Priority, number> = { p1: 0, p2: 1, p3: 2, info: 3, none: 4 };

function whyAway(gateway: Attention['away'][number]): string {
  if (gateway.status === 'error')
    return gateway.jobId ? `its job ${gateway.jobId} needs a person` : 'the gateway reports an error of its own';
  if (gateway.jobId) return `its job ${gateway.jobId} cannot go on`;
  return gateway.lastSeenAt ? 'no answer from the gateway' : 'has never been seen';
}

function toItems(data: Attention): Item[] {
  const ended = data.ended.map((job): Item => {
    const { label, priority } = jobWords(job.state);
    const back =
      job.state === 'rolled_back' && job.fromVersion !== job.toVersion
        ? `back on ${job.fromVersion ?? 'the old version'}`
        : (job.errorMessage ?? job.errorCode ?? 'no reason was reported');
    return {
      key: job.id,
      priority,
      label,
      href: `/jobs/${job.id}`,
      what: job.gatewayName,
      why: `${job.toVersion}: ${back}`,
      at: job.stateChangedAt,
      atWords: 'ago',
    };
  });
  const away = data.away.map((gateway): Item => {
    const { label, priority } = words(STATUS_WORDS, gateway.status);
    const why = whyAway(gateway);
    return {
      key: gateway.id,
      priority,
      label,
      href: `/gateways/${gateway.id}`,
      what: gateway.name,
      why,
      at: gateway.lastSeenAt,
      atWords: 'ago',
    };
  });
  const held = data.held.map((job): Item => {
    const { label, priority } = jobWords(standingOf(job));
    const first = job.holds[0];
    const why = first
      ? `${first.message}${first.clearsWhen ? `; clears when ${first.clearsWhen}` : ''}`
      : (job.waitingFor ?? 'resumes when someone says so');
    return { key: job.id, priority, label, href: `/jobs/${job.id}`, what: job.gatewayName, why, at: job.stateChangedAt, atWords: 'so far' };
  });
  return [...ended, ...away, ...held].sort((a, b) => RANK[a.priority] - RANK[b.priority]);
}
