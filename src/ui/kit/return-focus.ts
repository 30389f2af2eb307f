'use client';
import { useLayoutEffect } from 'react';

/**
 * While something is open over the page, remembers where the focus was; returns it there when that closes, or to the
 * dialog below or the content of the page where what had it is gone. A focus that is somewhere by then is left alone.
 */
export function useReturnFocus(open: boolean): void {
  useLayoutEffect(() => {
    if (!open) return;
    const opener = document.activeElement;
    return () => {
      // After the dialog has left the page.
      setTimeout(() => {
        const main = document.getElementById('main');
        const lost = [null, document.body, main].includes(document.activeElement as HTMLElement | null);
        if (!lost) return;
        if (opener instanceof HTMLElement && opener.isConnected && opener !== document.body) opener.focus();
        else (Array.from(document.querySelectorAll<HTMLElement>('[role="dialog"]')).at(-1) ?? main)?.focus();
      });
    };
  }, [open]);
}
