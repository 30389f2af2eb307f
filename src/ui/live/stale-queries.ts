'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef } from 'react';
import type { LiveEvent } from '#/server/trpc/live-events';

type StaleEvent = Extract<LiveEvent, { kind: 'stale' }>;

/** A busy fleet hints hundreds of times a second: the first hint is read at once, then at most this often. */
const FLUSH_MS = 1_000;

/**
 * Which procedures read what a topic makes stale, as path prefixes of the tRPC router. A hint with ids refetches a
 * query that names an id in its input only if it names one of these.
 */
const READERS: Record<StaleEvent['topic'], readonly string[]> = {
  job: ['jobs', 'fleet', 'gateways', 'updates', 'recovery'],
  gateway: ['gateways', 'fleet', 'safety', 'recovery'],
  override: ['overrides', 'safety', 'gateways.timeline'],
  alarm: ['alarms'],
  settings: ['settings', 'gateways.timeline', 'safety', 'updates'],
  // Histories are means over a step and have their own pace.
  telemetry: ['safety', 'gateways.byId', 'logs'],
  stream: ['fleet'],
};

/** A function that takes hints and marks the matching queries stale, batched; open ones read again at once. */
export function useStaleQueries(): (event: StaleEvent) => void {
  const queryClient = useQueryClient();
  const pending = useRef<StaleEvent[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const flushedAtMs = useRef(0);
  useEffect(() => () => clearTimeout(timer.current ?? undefined), []);
  return useCallback(
    (event) => {
      pending.current.push(event);
      const waitMs = Math.max(0, flushedAtMs.current + FLUSH_MS - Date.now());
      timer.current ??= setTimeout(() => {
        const events = pending.current;
        pending.current = [];
        timer.current = null;
        flushedAtMs.current = Date.now();
        void queryClient.invalidateQueries({ predicate: ({ queryKey }) => events.some((item) => touches(item, queryKey)) });
      }, waitMs);
    },
    [queryClient],
  );
}

/** Whether a hint makes the query with this key (tRPC: [path, {input}]) stale. */
export function touches(event: StaleEvent, queryKey: readonly unknown[]): boolean {
  const path = Array.isArray(queryKey[0]) ? queryKey[0].join('.') : '';
  if (!READERS[event.topic].some((prefix) => path === prefix || path.startsWith(`${prefix}.`))) return false;
  const input = (queryKey[1] as { input?: { gatewayId?: string; jobId?: string } } | undefined)?.input;
  if (input?.gatewayId && event.gatewayIds.length > 0) return event.gatewayIds.includes(input.gatewayId);
  if (input?.jobId && event.jobId) return input.jobId === event.jobId;
  return true;
}
