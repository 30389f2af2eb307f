'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useRef } from 'react';
import { useSiteFilter } from '../sites/site-filter';
import { DESTINATIONS, hrefWithSite } from './destinations';
import { isTyping } from './is-typing';

/** `g` waits this long for its letter. */
const CHORD_MS = 1_500;

/** The keys that work on every page. None approves, reboots or resets anything. */
export function useShortcuts(actions: { openPalette: () => void; openHelp: () => void }): void {
  const router = useRouter();
  const siteCode = useSiteFilter().site?.code;
  const chordUntilMs = useRef(0);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        actions.openPalette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || document.querySelector('[role="dialog"]')) return;
      if (Date.now() < chordUntilMs.current) {
        chordUntilMs.current = 0;
        const destination = DESTINATIONS.find(({ key }) => key === event.key);
        if (destination) {
          event.preventDefault();
          router.push(hrefWithSite(destination, siteCode));
        }
        return;
      }
      if (event.key === 'g') chordUntilMs.current = Date.now() + CHORD_MS;
      if (event.key === '?') actions.openHelp();
      if (event.key === '/') {
        const filter = document.querySelector<HTMLElement>('[data-filter]');
        if (filter) {
          event.preventDefault();
          filter.focus();
        }
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [actions, router, siteCode]);
}
