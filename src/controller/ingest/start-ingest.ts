/** What agents say, sorted by channel. What is not understood is dropped with a rate-limited log line. */
import { presenceSchema, progressSchema, telemetrySchema } from '#/protocol/mqtt/events';
import { parseUpTopic } from '#/protocol/mqtt/topics';
import { logger } from '#/server/config/logger';
import type { MqttLink } from '../mqtt-link';
import { createEventLanes } from './event-lanes';
import { createPresenceKeeper } from './presence';
import { createProgressBatch } from './progress-batch';
import { readEvent } from './read-event';
import { createTelemetryBatch } from './telemetry-batch';

const MAX_BYTES = 512 * 1024;
const COMPLAIN_EVERY_MS = 10_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Messages since the start: all that came, and those that were not understood. */
export type IngestCounts = { received: number; dropped: number };
export type Ingest = { counts(): IngestCounts; stop(): Promise<void> };

export function startIngest(link: MqttLink): Ingest {
  const lanes = createEventLanes(link.publish);
  const progress = createProgressBatch();
  const telemetry = createTelemetryBatch();
  const presence = createPresenceKeeper();
  let complainedAtMs = 0;
  let untold = 0;
  const counts: IngestCounts = { received: 0, dropped: 0 };

  const drop = (topic: string, reason: string) => {
    counts.dropped += 1;
    untold += 1;
    if (Date.now() - complainedAtMs < COMPLAIN_EVERY_MS) return;
    complainedAtMs = Date.now();
    logger.warn({ topic: topic.slice(0, 200), reason: reason.slice(0, 300), dropped: untold }, 'ingest: messages were dropped');
    untold = 0;
  };

  link.onMessage((topic, payload) => {
    counts.received += 1;
    const address = parseUpTopic(topic);
    if (address === null || !UUID.test(address.gatewayId)) return drop(topic, 'not a topic of a gateway');
    if (payload.length > MAX_BYTES) return drop(topic, 'too long');
    try {
      const value: unknown = JSON.parse(payload.toString('utf8'));
      switch (address.channel) {
        case 'event':
          return lanes.add(address.gatewayId, readEvent(value));
        case 'progress':
          return progress.add(address.gatewayId, progressSchema.parse(value));
        case 'telemetry':
          return telemetry.add(address.gatewayId, telemetrySchema.parse(value));
        case 'presence':
          return presence.add(address.gatewayId, presenceSchema.parse(value).online);
      }
    } catch (error) {
      drop(topic, (error as Error).message);
    }
  });
  return {
    counts: () => ({ ...counts }),
    async stop() {
      await Promise.all([lanes.stop(), presence.stop(), progress.stop(), telemetry.stop()]);
    },
  };
}
