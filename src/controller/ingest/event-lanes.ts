/** Durable events: one lane per gateway, in order; a failing database backs off and nothing is confirmed meanwhile. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Confirm, DurableEvent } from '#/protocol/mqtt/events';
import { topicFor } from '#/protocol/mqtt/topics';
import { logger } from '#/server/config/logger';
import type { Publish } from '../mqtt-link';
import { ingestEvent } from './ingest-event';

/** A lane that is longer drops the newest: the agent sends again what is not confirmed. */
const MAX_WAITING = 2000;
const GAP_RETRY_MS = 200;
const GAP_PATIENCE_MS = 10_000;
const MAX_BACKOFF_MS = 5000;

type Lane = { waiting: DurableEvent[]; running: boolean };

export type EventLanes = { add(gatewayId: string, event: DurableEvent): void; stop(): void };

export function createEventLanes(publish: Publish): EventLanes {
  const lanes = new Map<string, Lane>();
  let stopped = false;

  const run = async (gatewayId: string, lane: Lane) => {
    while (!stopped) {
      // Numbers may overtake each other between controllers, and a re-sent one may come before a late one.
      lane.waiting.sort((a, b) => (a.epoch === b.epoch ? a.n - b.n : 0));
      const event = lane.waiting.shift();
      if (!event) break;
      await settle(gatewayId, event, lane);
    }
    lanes.delete(gatewayId);
  };

  const settle = async (gatewayId: string, event: DurableEvent, lane: Lane) => {
    const sinceMs = Date.now();
    for (let failures = 0; !stopped; ) {
      try {
        const result = await ingestEvent(gatewayId, event, Date.now() - sinceMs >= GAP_PATIENCE_MS);
        if (result.kind === 'gap') {
          const earlier = lane.waiting.findIndex((one) => one.epoch === event.epoch && one.n < event.n);
          const first = earlier === -1 ? undefined : lane.waiting.splice(earlier, 1)[0];
          if (first) await settle(gatewayId, first, lane);
          else await wait(GAP_RETRY_MS);
          continue;
        }
        if (result.kind !== 'unknown_gateway') confirm(gatewayId, result.epoch, result.n);
        return;
      } catch (error) {
        failures += 1;
        logger.warn(
          { gatewayId, n: event.n, reason: (error as Error).message.slice(0, 300) },
          'ingest: event not committed, will try again',
        );
        await wait(Math.min(MAX_BACKOFF_MS, 100 * 2 ** failures));
      }
    }
  };

  const confirm = (gatewayId: string, epoch: string, n: number) => {
    const message: Confirm = { v: 1, epoch, n };
    publish(topicFor(gatewayId, 'confirm'), JSON.stringify(message));
  };

  return {
    add(gatewayId, event) {
      const lane = lanes.get(gatewayId) ?? { waiting: [], running: false };
      if (lane.waiting.length >= MAX_WAITING) return;
      lane.waiting.push(event);
      lanes.set(gatewayId, lane);
      if (lane.running) return;
      lane.running = true;
      void run(gatewayId, lane);
    },
    stop() {
      stopped = true;
    },
  };
}
