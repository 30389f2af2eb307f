'use client';
import { createContext, useCallback, useContext, useEffect, useSyncExternalStore } from 'react';
import type { LiveJobProgress } from '#/server/trpc/live-events';
import type { LinkState } from './link-state';
import type { ProgressStore } from './progress-store';

/** What the tab's stream is about. */
export type LiveScope = { kind: 'fleet' } | { kind: 'gateway'; gatewayId: string } | { kind: 'job'; jobId: string };
export const FLEET_SCOPE: LiveScope = { kind: 'fleet' };

type LiveValue = { link: LinkState; progress: ProgressStore; setScope: (scope: LiveScope) => void };

export const LiveContext = createContext<LiveValue | null>(null);

function useLive(): LiveValue {
  const value = useContext(LiveContext);
  if (!value) throw new Error('LiveProvider is missing above this component');
  return value;
}

/** Narrows this tab's stream to a gateway or a job while the calling page is open. */
export function useLiveScope(kind: 'gateway' | 'job', id: string): void {
  const { setScope } = useLive();
  useEffect(() => {
    setScope(kind === 'gateway' ? { kind, gatewayId: id } : { kind, jobId: id });
    return () => setScope(FLEET_SCOPE);
  }, [kind, id, setScope]);
}

/** Whether the stream is up, and since when it is not. */
export function useLinkState(): LinkState {
  return useLive().link;
}

/** Newest live progress of a job; undefined until the stream has carried any. */
export function useJobProgress(jobId: string): LiveJobProgress | undefined {
  const { progress } = useLive();
  const subscribe = useCallback((listener: () => void) => progress.subscribe(jobId, listener), [progress, jobId]);
  return useSyncExternalStore(
    subscribe,
    () => progress.get(jobId),
    () => undefined,
  );
}
