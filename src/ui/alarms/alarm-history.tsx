import { TOPIC_WORDS, type Topic } from '#/domain/notifications/topics';
import { Mark } from '../kit/mark';
import { Time } from '../kit/time';
import type { RouterOutputs } from '../trpc/client';
import { EVENT_WORDS } from './alarm-words';

type History = RouterOutputs['alarms']['history'];

/** Who did what, newest first, and which channels were told. */
export function AlarmHistory({ history, zone }: { history: History; zone: string }) {
  return (
    <>
      <section aria-labelledby="alarm-history">
        <h3 id="alarm-history" className="pb-1 text-sm font-semibold">
          History
        </h3>
        <ol className="divide-y divide-line border-y border-line">
          {history.events.map((event) => (
            <li key={event.id} className="grid grid-cols-[6rem_9rem_minmax(0,1fr)] gap-x-3 py-1.5 text-sm max-sm:grid-cols-2">
              <span className="text-xs">
                <Time at={event.at} zone={zone} seconds />
              </span>
              <span className="text-xs font-medium">{EVENT_WORDS[event.event] ?? event.event}</span>
              <span className="min-w-0 break-words max-sm:col-span-2">
                {event.message}
                <span className="text-xs text-muted"> · {event.actor}</span>
              </span>
            </li>
          ))}
        </ol>
      </section>
      {history.deliveries.length > 0 && (
        <section aria-labelledby="alarm-told">
          <h3 id="alarm-told" className="pb-1 text-sm font-semibold">
            Told to
          </h3>
          <ul className="divide-y divide-line border-y border-line">
            {history.deliveries.map((delivery) => (
              <li key={delivery.id} className="flex flex-wrap items-baseline gap-x-3 py-1.5 text-sm">
                <span className="font-medium">{delivery.channel}</span>
                <span className="text-xs text-muted">{TOPIC_WORDS[delivery.topic as Topic] ?? delivery.topic}</span>
                <span className="ml-auto text-xs">
                  <DeliveryState state={delivery.state} attempts={delivery.attempts} />
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** What became of a message. */
export function DeliveryState({ state, attempts }: { state: string; attempts: number }) {
  if (state === 'sent') return <Mark priority="none">Sent</Mark>;
  if (state === 'dead') return <Mark priority="p2">Given up after {attempts}</Mark>;
  return <Mark priority={attempts > 0 ? 'p3' : 'info'}>{attempts > 0 ? `Will be tried again (${attempts} so far)` : 'Waiting'}</Mark>;
}
