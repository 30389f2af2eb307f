'use client';
/** Where the focus goes when what had it is gone: the nearest thing around it that is still there. */
import { useEffect } from 'react';

/** What has a name of its own, which a screen reader says when the focus comes to it. */
const PLACES = '[role="dialog"], section[aria-label], section[aria-labelledby], search, nav, main';

/** Remembers where an element stands; the answer finds the nearest place around it that is still in the page. */
export function rememberPlace(element: Element): () => HTMLElement | null {
  const around: HTMLElement[] = [];
  for (let one = element.parentElement?.closest<HTMLElement>(PLACES); one; one = one.parentElement?.closest<HTMLElement>(PLACES)) {
    around.push(one);
  }
  return () => around.find((one) => one.isConnected) ?? document.getElementById('main');
}

/** Gives a place the focus, which it can take only as long as it has it. */
export function focusPlace(place: HTMLElement | null): void {
  if (!place) return;
  if (!place.hasAttribute('tabindex')) {
    place.tabIndex = -1;
    place.addEventListener('blur', () => place.removeAttribute('tabindex'), { once: true });
  }
  place.focus({ preventScroll: true });
}

/**
 * An action often takes away the button that ordered it. The browser then leaves the focus nowhere, and who works by
 * keyboard begins at the top of the page again; here it stays where the button was.
 */
export function useFocusStaysInPlace(): void {
  useEffect(() => {
    let last: { element: Element; place: () => HTMLElement | null } | null = null;
    const isNowhere = () => document.activeElement === null || document.activeElement === document.body;
    const isGone = (element: Element) => !element.isConnected || element.matches(':disabled');
    const onFocus = ({ target }: FocusEvent) => {
      if (target instanceof Element) last = { element: target, place: rememberPlace(target) };
    };
    // Put away by the person, as by a click beside it, it stays away.
    const onBlur = () => queueMicrotask(() => isNowhere() && last && !isGone(last.element) && (last = null));
    const observer = new MutationObserver(() => {
      if (last && isNowhere() && isGone(last.element)) focusPlace(last.place());
    });
    document.addEventListener('focusin', onFocus);
    document.addEventListener('focusout', onBlur);
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['disabled'] });
    return () => {
      observer.disconnect();
      document.removeEventListener('focusin', onFocus);
      document.removeEventListener('focusout', onBlur);
    };
  }, []);
}
