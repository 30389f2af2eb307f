'use client';
import { useLayoutEffect } from 'react';
import { focusPlace, rememberPlace } from './focus-place';

/** The opener of what closes right now: where a dialog gives way to another one, the second returns the focus to it. */
let leaving: Element | null = null;

/**
 * While something is open over the page, remembers where the focus was; returns it there when that closes, or where what
 * had it is gone to the dialog below or to what is around its place. A focus that is somewhere by then is left alone.
 */
export function useReturnFocus(open: boolean): void {
  useLayoutEffect(() => {
    if (!open) return;
    const opener = document.activeElement === document.body ? leaving : document.activeElement;
    const placeOfOpener = opener && rememberPlace(opener);
    return () => {
      leaving = opener;
      // After the dialog has left the page.
      setTimeout(() => {
        leaving = null;
        const main = document.getElementById('main');
        const lost = [null, document.body, main].includes(document.activeElement as HTMLElement | null);
        if (!lost) return;
        if (opener instanceof HTMLElement && opener.isConnected && opener !== document.body) opener.focus();
        else focusPlace(Array.from(document.querySelectorAll<HTMLElement>('[role="dialog"]')).at(-1) ?? placeOfOpener?.() ?? main);
      });
    };
  }, [open]);
}
