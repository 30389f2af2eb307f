/** The WebSocket's messages: the seed's shapes with `gateway_id`, `timestamp` and `id` added. */
import { CONTRACT_STATUS, CURRENT_OPERATION } from '#/domain/jobs/contract-status';
import type { JobState } from '#/domain/jobs/job-machine';
import type { LiveProgress } from '../db/hint';
import { compactSize } from '../jobs/human-text';
import { wireTime } from '../rest/wire-text';
import { messageId } from './message-id';

/** A row of StreamEvent. */
export type StreamRow = { id: number; at: Date; gatewayId: string; siteId: string; type: string; payload: Record<string, unknown> };

/** An event as text; the same for every client. */
export function eventText(row: StreamRow): string {
  return JSON.stringify({ type: row.type, ...row.payload, gateway_id: row.gatewayId, timestamp: wireTime(row.at), id: messageId(row.id) });
}

/** A progress update as text, all but its id, which differs per client; see withId. */
export function progressBody(progress: LiveProgress): string {
  const state = progress.st as JobState;
  const etaSeconds = progress.b >= progress.t ? 0 : progress.v > 0 ? Math.ceil((progress.t - progress.b) / progress.v) : null;
  return JSON.stringify({
    type: 'progress_update',
    job_id: progress.j,
    progress: Math.round(progress.p * 100) / 100,
    current_operation: CURRENT_OPERATION[state],
    eta: clock(etaSeconds),
    eta_seconds: etaSeconds,
    status: CONTRACT_STATUS[state],
    details: {
      bytes_written: compactSize(progress.b),
      bytes_total: compactSize(progress.t),
      speed: compactSpeed(progress.v),
      bytes_written_bytes: progress.b,
      bytes_total_bytes: progress.t,
      speed_bytes_per_second: Math.round(progress.v),
    },
    gateway_id: progress.g,
    timestamp: wireTime(new Date(progress.at)),
  });
}

/** Adds the id to a body that has none. */
export function withId(body: string, id: number): string {
  return `${body.slice(0, -1)},"id":${id}}`;
}

/** What a client is told when events after its `since` are no longer kept. */
export function missedText(eventId: number, gatewayId: string | null): string {
  return JSON.stringify({
    type: 'system_event',
    event: 'events_missed',
    message: 'Some events since your last connection are no longer kept: read the present state again',
    gateway_id: gatewayId,
    timestamp: wireTime(new Date()),
    id: messageId(eventId),
  });
}

/** "HH:MM:SS". While nothing moves the end is not known. */
function clock(seconds: number | null): string {
  if (seconds === null) return '--:--:--';
  const parts = [Math.min(99, Math.floor(seconds / 3600)), Math.floor((seconds % 3600) / 60), seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** "5.2MB/s", with one decimal as in the seed. */
function compactSpeed(bytesPerSecond: number): string {
  return bytesPerSecond >= 1e6 ? `${(bytesPerSecond / 1e6).toFixed(1)}MB/s` : `${(bytesPerSecond / 1e3).toFixed(1)}kB/s`;
}
