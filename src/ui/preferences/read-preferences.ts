import type { Preferences } from './preferences';

/** Preferences from cookies; anything unknown falls back to dark and site time. */
export function readPreferences(cookie: (name: string) => string | undefined): Preferences {
  const theme = cookie('fairlead.theme');
  return {
    theme: theme === 'light' || theme === 'system' ? theme : 'dark',
    timeMode: cookie('fairlead.timeMode') === 'utc' ? 'utc' : 'site',
  };
}
