'use client';
import { useQuery } from '@tanstack/react-query';
import { cx } from '../kit/class-names';
import { useTRPC } from '../trpc/client';

const FILL: Record<number, string> = { 1: 'bg-p1-fill text-p1', 2: 'bg-p2-fill text-p2', 3: 'bg-p3-fill text-p3' };
const SHAPE: Record<number, string> = { 1: '■', 2: '▲', 3: '◆' };

/** Alarms that nobody has seen, with the shape and colour of the most urgent; nothing when there is none. */
export function AlarmCount() {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.alarms.count.queryOptions(undefined, { refetchInterval: 30_000 }));
  if (!data || data.unacknowledged === 0 || data.mostUrgent === null) return null;
  return (
    <span
      role="status"
      className={cx(
        'inline-flex items-center gap-1 rounded-sm px-1.5 text-xs font-semibold max-md:absolute max-md:top-0.5 max-md:left-1/2 max-md:ml-1.5 max-md:px-1',
        FILL[data.mostUrgent],
      )}
    >
      <span aria-hidden className="text-[0.7em]">
        {SHAPE[data.mostUrgent]}
      </span>
      {data.unacknowledged > 99 ? '99+' : data.unacknowledged}
      <span className="sr-only"> unacknowledged, the most urgent is P{data.mostUrgent}</span>
    </span>
  );
}
