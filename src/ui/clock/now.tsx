'use client';
/** The present time for everything that shows an age. Follows the server's clock: a tablet's own may be wrong. */
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';

const NowContext = createContext(0);

/** Below this the difference between both clocks is the time that the page took to arrive. */
const SKEW_TOLERANCE_MS = 3_000;

/** When the page began to arrive: on a slow device its scripts run seconds later, which is no difference of clocks. */
function arrivedAtMs(): number {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return navigation?.responseStart ? performance.timeOrigin + navigation.responseStart : Date.now();
}

/** `serverNowMs`: the server's time when it rendered; the first paint uses it, so server and browser agree. */
export function NowProvider({ serverNowMs, children }: { serverNowMs: number; children: ReactNode }) {
  const [nowMs, setNowMs] = useState(serverNowMs);
  useEffect(() => {
    const difference = serverNowMs - arrivedAtMs();
    const skewMs = Math.abs(difference) > SKEW_TOLERANCE_MS ? difference : 0;
    const tick = () => setNowMs(Date.now() + skewMs);
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [serverNowMs]);
  return <NowContext value={nowMs}>{children}</NowContext>;
}

/** The present time in ms since the epoch; renews once a second. */
export function useNowMs(): number {
  return useContext(NowContext);
}
