'use client';
import { useEffect, useRef } from 'react';
import { isTyping } from '../shell/is-typing';

/** `a` and `s` on the row that has the focus. Neither touches a crane: acknowledging never clears, shelving asks first. */
export function useAlarmKeys(onKey: (key: 'a' | 's', index: number) => void): void {
  const latest = useRef(onKey);
  useEffect(() => {
    latest.current = onKey;
  });
  /** `g a` is the way to another page. */
  const chordUntilMs = useRef(0);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event) || document.querySelector('[role="dialog"]')) return;
      const inChord = Date.now() < chordUntilMs.current;
      chordUntilMs.current = event.key === 'g' ? Date.now() + 1500 : 0;
      if (inChord || (event.key !== 'a' && event.key !== 's')) return;
      const row = (document.activeElement as HTMLElement | null)?.closest<HTMLElement>('[data-row]');
      if (!row) return;
      event.preventDefault();
      latest.current(event.key, Number(row.dataset.row));
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
}
