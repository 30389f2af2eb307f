/** Durable events: one lane per gateway, in order; a failing database backs off and nothing is confirmed meanwhile. */
import type { Confirm } from '#/protocol/mqtt/events';
import { topicFor } from '#/protocol/mqtt/topics';
import { getEnv } from '#/server/config/env';
import { logger } from '#/server/config/logger';
import { createTurnstile } from '#/server/turnstile/turnstile';
import type { Publish } from '../mqtt-link';
import { isDataError } from './data-error';
import { ingestEvent } from './ingest-event';
import { Lane, type Waiting } from './lane';
import type { IncomingEvent } from './read-event';

/** A missing number may be under way to another controller: looked at again after a moment, then less often. */
const GAP_RETRY_MS = { first: 10, most: 250 };
/** Longer than another controller may need after a failure of its database. */
const GAP_PATIENCE_MS = 60_000;
/** An agent sends all that is unconfirmed again, oldest first: after so many copies it surely has nothing older. */
const COPIES_FOR_GAP = 3;
const BACKOFF_MS = { first: 200, most: 5000 };
/** The same refusal so often is the event's own fault. */
const TRIES_BEFORE_QUARANTINE = 3;

export type EventLanes = { add(gatewayId: string, event: IncomingEvent): void; stop(): Promise<void> };
export type EventLanesOptions = { gapPatienceMs?: number };

export function createEventLanes(publish: Publish, { gapPatienceMs = GAP_PATIENCE_MS }: EventLanesOptions = {}): EventLanes {
  const lanes = new Map<string, Lane>();
  const running = new Set<Promise<void>>();
  // A whole fleet that greets must not take every database connection.
  const turnstile = createTurnstile(Math.max(1, Math.floor(getEnv().DATABASE_POOL / 2)));
  let stopped = false;

  const run = async (gatewayId: string, lane: Lane) => {
    for (let next = lane.next(); next && !stopped; next = lane.next()) await attempt(gatewayId, lane, next);
    lanes.delete(gatewayId);
  };

  const attempt = async (gatewayId: string, lane: Lane, { event, copies }: Waiting) => {
    const outOfPatience = lane.gapSinceMs !== null && Date.now() - lane.gapSinceMs >= gapPatienceMs;
    try {
      const result = await turnstile.pass(() =>
        ingestEvent(gatewayId, event, {
          acceptGap: outOfPatience && copies >= COPIES_FOR_GAP,
          ...(lane.refusals >= TRIES_BEFORE_QUARANTINE ? { quarantine: lane.lastRefusal } : {}),
        }),
      );
      if (result.kind === 'gap' && !outOfPatience) return await lane.pauseForGap(GAP_RETRY_MS);
      // A gap that only one copy speaks for: the agent has gone on without it, or will send it again with what is missing.
      if (result.kind === 'gap')
        logger.warn({ gatewayId, n: event.n, expected: result.expected }, 'ingest: event set aside, earlier ones are missing');
      lane.settled(event);
      if (result.kind === 'committed' || result.kind === 'duplicate') confirm(gatewayId, result.epoch, result.n);
    } catch (error) {
      const reason = (error as Error).message.slice(-300);
      if (isDataError(error)) lane.refused(reason);
      logger.warn({ gatewayId, n: event.n, reason }, 'ingest: event not committed, will try again');
      await lane.pauseForFailure(BACKOFF_MS);
    }
  };

  const confirm = (gatewayId: string, epoch: string, n: number) => {
    const message: Confirm = { v: 1, epoch, n };
    publish(topicFor(gatewayId, 'confirm'), JSON.stringify(message));
  };

  return {
    add(gatewayId, event) {
      if (stopped) return;
      const known = lanes.get(gatewayId);
      if (known) return known.add(event);
      const lane = new Lane();
      lanes.set(gatewayId, lane);
      lane.add(event);
      const work = run(gatewayId, lane);
      running.add(work);
      void work.finally(() => running.delete(work));
    },
    async stop() {
      stopped = true;
      for (const lane of lanes.values()) lane.wake();
      await Promise.all(running);
    },
  };
}
