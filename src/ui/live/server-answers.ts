'use client';
/** Whether what is behind the stream still answers: the stream lives in the web program and goes on while its database does not. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';

/** An answer that takes longer is missed. */
const PATIENCE_MS = 6_000;

/** What is known of a read that comes again with every beat. */
export type RepeatedRead = { dataUpdatedAt: number; fetchStatus: 'fetching' | 'paused' | 'idle'; isError: boolean };

/** Whether the server owes an answer. `askedAtMs`: of the first question since the last answer. */
export function owesAnswer(askedAtMs: number | null, isError: boolean, nowMs: number): boolean {
  return askedAtMs !== null && (isError || nowMs - askedAtMs > PATIENCE_MS);
}

/**
 * How old the last answer is while the server owes one; null while it answers. When it answers again everything is read
 * anew, for what was asked meanwhile has failed.
 */
export function useMissedAnswer({ dataUpdatedAt, fetchStatus, isError }: RepeatedRead, nowMs: number): number | null {
  const queryClient = useQueryClient();
  const [answeredAtMs, setAnsweredAtMs] = useState<number | null>(null);
  const [askedAtMs, setAskedAtMs] = useState<number | null>(null);
  const clock = useRef(nowMs);
  const answer = useRef<number | null>(null);
  useEffect(() => {
    clock.current = nowMs;
  }, [nowMs]);
  useEffect(() => {
    const asking = fetchStatus === 'fetching';
    if (answer.current === dataUpdatedAt) {
      if (asking) setAskedAtMs((before) => before ?? clock.current);
      return;
    }
    answer.current = dataUpdatedAt;
    setAnsweredAtMs(clock.current);
    setAskedAtMs(asking ? clock.current : null);
  }, [dataUpdatedAt, fetchStatus]);
  const owes = owesAnswer(askedAtMs, isError, nowMs);
  const owed = useRef(false);
  useEffect(() => {
    if (owed.current && !owes) void queryClient.invalidateQueries();
    owed.current = owes;
  }, [owes, queryClient]);
  return owes && answeredAtMs !== null ? nowMs - answeredAtMs : null;
}
