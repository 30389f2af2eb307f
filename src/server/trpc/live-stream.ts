/** A live stream as an async generator: hints and progress of the hub, merged, with a beat and session checks. */
import { TRPCError, type TrackedEnvelope, tracked } from '@trpc/server';
import type { Hint, LiveProgress } from '../db/hint';
import { getLiveHub } from '../live/hub';
import type { TrpcContext } from './context';
import { createLiveInbox, type LiveScope } from './live-inbox';
import type { LiveEvent } from './live-events';

const BEAT_MS = 10_000;
const SESSION_CHECK_MS = 30_000;
/** The first event goes out at once; what comes within this time after it is merged into the next message. */
const FLUSH_MS: Record<'fleet' | 'one', number> = { fleet: 400, one: 120 };

type StreamOptions = { ctx: TrpcContext; scope: LiveScope; signal: AbortSignal | undefined; lastEventId: string | undefined };

/**
 * Yields until the browser goes away or the session ends. It begins with the hints of the last seconds, which the page may have
 * missed while it was loaded; they are not kept for longer, so a reconnection (it names the last id it has seen) is told to read
 * everything again.
 */
export async function* liveStream({ ctx, scope, signal, lastEventId }: StreamOptions): AsyncGenerator<TrackedEnvelope<LiveEvent>> {
  const hub = getLiveHub();
  const inbox = createLiveInbox(scope);
  const waker = createWaker(signal);
  const onHint = (hint: Hint) => {
    inbox.addHint(hint);
    if (!inbox.isEmpty()) waker.wake();
  };
  const onProgress = (batch: readonly LiveProgress[]) => {
    inbox.addProgress(batch);
    if (!inbox.isEmpty()) waker.wake();
  };
  // The hub lost the database for a while: hints may have been missed on this side too.
  let missedHints = lastEventId !== undefined;
  const onConnected = () => {
    missedHints = true;
    waker.wake();
  };
  hub.on('hint', onHint);
  hub.on('progress', onProgress);
  hub.on('connected', onConnected);
  // The page was read before its stream was there. A stream that comes back reads everything again anyway.
  if (!missedHints) hub.recentHints().forEach(onHint);
  let eventNumber = 0;
  const send = (event: LiveEvent) => tracked(`${Date.now()}-${eventNumber++}`, event);
  try {
    yield send({ kind: 'beat', atMs: Date.now() });
    let checkedAtMs = Date.now();
    let beatAtMs = Date.now();
    let flushedAtMs = 0;
    const flushMs = scope.gatewayId === null ? FLUSH_MS.fleet : FLUSH_MS.one;
    if (missedHints) waker.wake();
    while (!signal?.aborted) {
      await waker.sleepUntilWoken(beatAtMs + BEAT_MS - Date.now());
      await waker.pause(flushedAtMs + flushMs - Date.now());
      flushedAtMs = Date.now();
      if (Date.now() - checkedAtMs >= SESSION_CHECK_MS) {
        checkedAtMs = Date.now();
        requireSameRights(ctx.session, await ctx.recheckSession());
      }
      if (missedHints) yield send({ kind: 'resync' });
      missedHints = false;
      for (const event of inbox.take()) yield send(event);
      if (Date.now() - beatAtMs >= BEAT_MS) {
        beatAtMs = Date.now();
        yield send({ kind: 'beat', atMs: beatAtMs });
      }
    }
  } finally {
    hub.off('hint', onHint);
    hub.off('progress', onProgress);
    hub.off('connected', onConnected);
  }
}

/** Ends a stream whose scope was made from rights that have changed since: the browser opens another, with those of now. */
export function requireSameRights(before: TrpcContext['session'], now: TrpcContext['session']): void {
  if (!now) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Your session has ended.' });
  if (rightsOf(before) !== rightsOf(now)) throw new TRPCError({ code: 'CONFLICT', message: 'Your rights have changed.' });
}

function rightsOf(session: TrpcContext['session']): string {
  return (session?.actor.grants ?? [])
    .map(({ role, siteId }) => `${role}@${siteId}`)
    .sort()
    .join(' ');
}

/** Sleeping that an event or the end of the request cuts short. */
function createWaker(signal: AbortSignal | undefined) {
  let woken = false;
  let end: (() => void) | null = null;
  const sleep = (ms: number, wakeable: boolean) =>
    new Promise<void>((resolve) => {
      if (ms <= 0 || signal?.aborted || (wakeable && woken)) return resolve();
      const finish = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        end = null;
        resolve();
      };
      const timer = setTimeout(finish, ms);
      signal?.addEventListener('abort', finish);
      if (wakeable) end = finish;
    });
  return {
    wake: () => {
      woken = true;
      end?.();
    },
    sleepUntilWoken: async (ms: number) => {
      await sleep(ms, true);
      woken = false;
    },
    pause: (ms: number) => sleep(ms, false),
  };
}
