'use client';
import { type RefObject, useEffect } from 'react';
import { isTyping } from '../shell/is-typing';

/**
 * j and k move the focus from row to row (elements with `data-row`), also to rows that are not in the page yet.
 * The focus is on the row's link, so Enter opens it without code of ours.
 */
export function useRowKeys(containerRef: RefObject<HTMLElement | null>, rowCount: number, scrollTo: (index: number) => void): void {
  useEffect(() => {
    const focusRow = (index: number, triesLeft: number) => {
      const link = containerRef.current?.querySelector<HTMLElement>(`[data-row="${index}"] a, [data-row="${index}"] button`);
      if (link) link.focus({ preventScroll: true });
      else if (triesLeft > 0) requestAnimationFrame(() => focusRow(index, triesLeft - 1));
    };
    const onKey = (event: KeyboardEvent) => {
      if ((event.key !== 'j' && event.key !== 'k') || event.metaKey || event.ctrlKey || event.altKey || isTyping(event)) return;
      if (rowCount === 0 || document.querySelector('[role="dialog"]')) return;
      const current = (document.activeElement as HTMLElement | null)?.closest<HTMLElement>('[data-row]');
      const inside = current && containerRef.current?.contains(current);
      const at = inside ? Number(current.dataset.row) : -1;
      const next = event.key === 'j' ? Math.min(rowCount - 1, at + 1) : Math.max(0, at - 1);
      event.preventDefault();
      scrollTo(next);
      focusRow(next, 10);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [containerRef, rowCount, scrollTo]);
}
