'use client';
/**
 * The one live stream of this tab. Browsers allow six connections per server over HTTP/1.1, so a tab holds one stream
 * only: the fleet's, or that of the gateway or job that the open page names with useLiveScope. A hidden tab holds none.
 */
import { skipToken, useQueryClient } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { LiveEvent } from '#/server/trpc/live-events';
import { useTRPC } from '../trpc/client';
import { isUnauthenticated } from '../trpc/errors';
import { goToSignIn } from '../trpc/go-to-sign-in';
import { type LinkState, nextLinkState } from './link-state';
import { FLEET_SCOPE, LiveContext, type LiveScope } from './live-context';
import { usePageVisible } from './page-visible';
import { createProgressStore } from './progress-store';
import { useStaleQueries } from './stale-queries';

/** After a refusal that the browser does not retry itself (a proxy's 502, say); spread so that tabs do not come at once. */
const RETRY_MS = 3_000;

/** Opens the stream and keeps queries and progress up to date. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [progress] = useState(createProgressStore);
  const [scope, setScope] = useState<LiveScope>(FLEET_SCOPE);
  const [link, setLink] = useState<LinkState>({ status: 'connecting', lastHeardAtMs: null, lostAtMs: null });
  const markStale = useStaleQueries();
  const missedHints = useRef(false);
  const visible = usePageVisible();

  const onData = useCallback(
    ({ data: event }: { data: LiveEvent }) => {
      setLink((before) => nextLinkState(before, 'heard', Date.now()));
      if (event.kind === 'progress') progress.put(event.jobs);
      else if (event.kind === 'stale') markStale(event);
      else if (event.kind === 'beat') void queryClient.invalidateQueries({ queryKey: trpc.fleet.link.queryKey() });
      else if (event.kind === 'resync') void queryClient.invalidateQueries();
    },
    [progress, markStale, queryClient, trpc],
  );
  const onLost = useCallback((error: unknown) => {
    if (isUnauthenticated(error)) return goToSignIn();
    missedHints.current = true;
    setLink((before) => nextLinkState(before, 'lost', Date.now()));
  }, []);
  const onConnectionStateChange = useCallback(
    (state: { state: string; error: unknown }) => {
      if (state.state === 'connecting' && state.error) onLost(state.error);
      if (state.state !== 'pending') return;
      // Whatever happened while the stream was down has to be read again.
      if (missedHints.current) void queryClient.invalidateQueries();
      missedHints.current = false;
      setLink((before) => nextLinkState(before, 'heard', Date.now()));
    },
    [onLost, queryClient],
  );
  useEffect(() => {
    if (!visible) missedHints.current = true;
  }, [visible]);

  const handlers = { onData, onConnectionStateChange, onError: onLost };
  const fleet = useSubscription(trpc.live.fleet.subscriptionOptions(visible && scope.kind === 'fleet' ? {} : skipToken, handlers));
  const gateway = useSubscription(
    trpc.live.gateway.subscriptionOptions(visible && scope.kind === 'gateway' ? { gatewayId: scope.gatewayId } : skipToken, handlers),
  );
  const job = useSubscription(
    trpc.live.job.subscriptionOptions(visible && scope.kind === 'job' ? { jobId: scope.jobId } : skipToken, handlers),
  );
  const failed = [fleet, gateway, job].find((stream) => stream.status === 'error');
  const reset = failed?.reset;
  useEffect(() => {
    if (!reset) return;
    const timer = setTimeout(reset, RETRY_MS * (1 + Math.random()));
    return () => clearTimeout(timer);
  }, [reset]);

  const value = useMemo(() => ({ link, progress, setScope }), [link, progress]);
  return <LiveContext value={value}>{children}</LiveContext>;
}
