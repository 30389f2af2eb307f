'use client';
import { useEffect, useRef } from 'react';

/** A renewal is asked for at most this often while someone is at the keyboard. */
const RENEW_EVERY_MS = 60_000;

/** Renews the idle timeout while a person does something; live updates alone do not keep a session open. */
export function useSessionRenewal(): void {
  const renewedAtMs = useRef(0);
  useEffect(() => {
    const onActivity = () => {
      if (Date.now() - renewedAtMs.current < RENEW_EVERY_MS) return;
      renewedAtMs.current = Date.now();
      void fetch('/api/auth/session', { cache: 'no-store' }).catch(() => undefined);
    };
    document.addEventListener('pointerdown', onActivity);
    document.addEventListener('keydown', onActivity);
    return () => {
      document.removeEventListener('pointerdown', onActivity);
      document.removeEventListener('keydown', onActivity);
    };
  }, []);
}
