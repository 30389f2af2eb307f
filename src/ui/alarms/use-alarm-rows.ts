'use client';
import { keepPreviousData, useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { useTRPC } from '../trpc/client';
import type { ShownAlarm } from './alarm-columns';
import { type AlarmListState, alarmsInput } from './alarm-list-state';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NO_ROWS: ShownAlarm[] = [];

/** The list as it stands: pages of alarms, and below each opened group its members. */
export function useAlarmRows(state: AlarmListState) {
  const trpc = useTRPC();
  const [expanded, setExpanded] = useState<readonly string[]>([]);
  const query = useInfiniteQuery(
    trpc.alarms.browse.infiniteQueryOptions(alarmsInput(state), {
      getNextPageParam: (page) => page.nextCursor,
      placeholderData: keepPreviousData,
    }),
  );
  const members = useQueries({
    queries: expanded.map((parentId) => trpc.alarms.browse.queryOptions({ parentId, limit: 200 }, { placeholderData: keepPreviousData })),
    combine: (results) => results.map((result) => result.data?.rows ?? []),
  });
  const rows = useMemo(() => {
    const list = query.data?.pages.flatMap((page) => page.rows);
    if (!list) return NO_ROWS;
    return list.flatMap((row): ShownAlarm[] => {
      const below = members[expanded.indexOf(row.id)] ?? [];
      return [{ ...row, isMember: false }, ...below.map((member) => ({ ...member, isMember: true }))];
    });
  }, [query.data, members, expanded]);
  // The one that is opened may be in another view, or over: what leads here (a message, a bookmark) says which it is.
  const inList = rows.find((row) => row.id === state.alarm);
  const alone = useQuery(
    trpc.alarms.browse.queryOptions({ alarmId: state.alarm ?? '', limit: 1 }, { enabled: UUID.test(state.alarm ?? '') && !inList }),
  ).data?.rows[0];
  const opened = state.alarm === null ? null : (inList ?? (alone ? { ...alone, isMember: false } : null));
  const toggle = useCallback(
    (alarmId: string) => setExpanded((now) => (now.includes(alarmId) ? now.filter((id) => id !== alarmId) : [...now, alarmId])),
    [],
  );
  return { query, rows, opened, toggle, isExpanded: (alarmId: string) => expanded.includes(alarmId) };
}
