'use client';
import { Panel } from '../kit/panel';
import { Time } from '../kit/time';
import type { Override } from './override-card';
import { overrideWords } from './override-words';

const EVENT_WORDS: Record<string, string> = {
  'override.requested': 'Asked for',
  'override.approved': 'Approved; in force from now on',
  'override.approval_given': 'Approved; another approval is needed',
  'override.grant_offered': 'The signed grant was sent to the gateway',
  'override.break_glass': 'Broke the glass: enabled alone, an alarm was raised',
  'override.reviewed': 'Reviewed',
  'override.review_overdue': 'The review is overdue',
};

/** Every audit event of the override, oldest first. */
export function OverrideHistory({ override }: { override: Override }) {
  return (
    <Panel title="What has happened" aside="from the audit trail" flush>
      <ol className="divide-y divide-line">
        {override.history.map((event, number) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the trail is append-only
          <li key={`${number} ${event.name}`} className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 px-3 py-1.5 text-sm">
            <span className="font-mono text-xs">
              <Time at={event.at} zone={override.site.timezone} seconds />
            </span>
            <span>
              {eventWords(event)} <span className="text-muted">· {event.actor}</span>
              {event.reason && <span className="block text-xs text-muted">{event.reason}</span>}
            </span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

const REPORT_WORDS: Record<string, string> = {
  accepted: 'The gateway has taken it in',
  refused: 'The gateway has refused it',
  used: 'The gateway has used it',
  expired: 'The gateway has dropped it: expired',
  revoked: 'The gateway has dropped it: revoked',
  suspended: 'The gateway has suspended it: no link',
};

function eventWords({ name, data }: Override['history'][number]): string {
  if (name === 'override.grant_reported') {
    const state = (data as { state?: unknown } | null)?.state;
    return (typeof state === 'string' && REPORT_WORDS[state]) || 'The gateway has reported';
  }
  if (name === 'override.state_changed') {
    const to = (data as { to?: unknown } | null)?.to;
    return typeof to === 'string' ? overrideWords(to).label : 'Changed';
  }
  return EVENT_WORDS[name] ?? name;
}
