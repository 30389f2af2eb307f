'use client';
/** What a person has set for this browser: theme and time. Kept in cookies, so that the server renders it right at once. */
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';

export const THEMES = ['dark', 'light', 'system'] as const;
export type Theme = (typeof THEMES)[number];
export type TimeMode = 'site' | 'utc';
export type Preferences = { theme: Theme; timeMode: TimeMode };

type PreferencesValue = Preferences & { change: (next: Partial<Preferences>) => void };

const PreferencesContext = createContext<PreferencesValue>({ theme: 'dark', timeMode: 'site', change: () => undefined });

const YEAR_SECONDS = 31_536_000;

/** Provides the preferences; `initial` comes from the request's cookies (read-preferences.ts). */
export function PreferencesProvider({ initial, children }: { initial: Preferences; children: ReactNode }) {
  const [preferences, setPreferences] = useState(initial);
  const change = useCallback((next: Partial<Preferences>) => {
    for (const [key, value] of Object.entries(next)) {
      // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox ESR on crane tablets
      document.cookie = `fairlead.${key}=${value}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
    }
    if (next.theme) document.documentElement.dataset.theme = next.theme;
    setPreferences((before) => ({ ...before, ...next }));
  }, []);
  const value = useMemo(() => ({ ...preferences, change }), [preferences, change]);
  return <PreferencesContext value={value}>{children}</PreferencesContext>;
}

/** The preferences and the function that changes them. */
export function usePreferences(): PreferencesValue {
  return useContext(PreferencesContext);
}
