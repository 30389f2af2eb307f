/** Collects hints and progress for one stream and gives them out merged: a slow browser costs no memory. */
import type { Hint, LiveProgress } from '../db/hint';
import type { LiveEvent, LiveJobProgress } from './live-events';

/** What one stream may and wants to hear. */
export type LiveScope = {
  /** True when the actor may read this site. */
  seesSite: (siteId: string) => boolean;
  /** Only this gateway; null: the whole fleet that the actor may see. */
  gatewayId: string | null;
};

type StaleEvent = Extract<LiveEvent, { kind: 'stale' }>;

/** With more ids than this a hint says "all of them" (no ids). */
const MAX_IDS = 50;

export type LiveInbox = {
  addHint: (hint: Hint) => void;
  addProgress: (batch: readonly LiveProgress[]) => void;
  /** What has come since the last call, merged; empty when nothing did. */
  take: () => LiveEvent[];
  isEmpty: () => boolean;
};

/** An empty inbox for a scope. */
export function createLiveInbox(scope: LiveScope): LiveInbox {
  const stale = new Map<string, { topic: StaleEvent['topic']; gatewayIds: Set<string>; jobId: string | null }>();
  const progress = new Map<string, LiveJobProgress>();
  const wants = (gatewayId: string, siteId: string) =>
    scope.seesSite(siteId) && (scope.gatewayId === null || scope.gatewayId === gatewayId);

  const note = (topic: StaleEvent['topic'], gatewayId: string, jobId: string | null) => {
    // A fleet-wide stream merges jobs of a topic; a stream of one gateway tells which job it was.
    const key = scope.gatewayId === null ? topic : `${topic} ${jobId ?? ''}`;
    const entry = stale.get(key) ?? { topic, gatewayIds: new Set<string>(), jobId };
    entry.gatewayIds.add(gatewayId);
    if (entry.jobId !== jobId) entry.jobId = null;
    stale.set(key, entry);
  };

  return {
    addHint: (hint) => {
      switch (hint.kind) {
        case 'job':
          if (wants(hint.gatewayId, hint.siteId)) note('job', hint.gatewayId, hint.jobId);
          break;
        case 'gateway':
        case 'settings':
          if (wants(hint.gatewayId, hint.siteId)) note(hint.kind, hint.gatewayId, null);
          break;
        case 'override':
          // The strip of overrides is on every page, whatever the page is about.
          if (scope.seesSite(hint.siteId)) note('override', hint.gatewayId, null);
          break;
        case 'alarm':
          // The count of alarms is on every page too; a site's own alarm has no gateway.
          if (scope.seesSite(hint.siteId)) note('alarm', hint.gatewayId ?? '', null);
          break;
        case 'telemetry':
          // Vitals are shown on the page of one gateway only; that stream has checked its site at the start.
          if (scope.gatewayId !== null && hint.gatewayIds.includes(scope.gatewayId)) note('telemetry', scope.gatewayId, null);
          break;
        // The relay's wake-up and the WebSocket's stream concern other listeners.
        case 'outbox':
        case 'stream':
          break;
      }
    },
    addProgress: (batch) => {
      for (const item of batch) {
        if (!wants(item.g, item.s)) continue;
        const before = progress.get(item.j);
        if (!before || before.progressSeq < item.q) progress.set(item.j, toProgress(item));
      }
    },
    take: () => {
      const events: LiveEvent[] = [...stale.values()].map(({ topic, gatewayIds, jobId }) => ({
        kind: 'stale',
        topic,
        gatewayIds: gatewayIds.size > MAX_IDS ? [] : [...gatewayIds],
        jobId,
      }));
      if (progress.size > 0) events.push({ kind: 'progress', jobs: [...progress.values()] });
      stale.clear();
      progress.clear();
      return events;
    },
    isEmpty: () => stale.size === 0 && progress.size === 0,
  };
}

function toProgress(item: LiveProgress): LiveJobProgress {
  return {
    jobId: item.j,
    gatewayId: item.g,
    state: item.st,
    percent: item.p,
    bytesDone: item.b,
    bytesTotal: item.t,
    bytesPerSecond: item.v,
    progressSeq: item.q,
    atMs: item.at,
  };
}
