import type { Metadata, Viewport } from 'next';
import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { NowProvider } from '#/ui/clock/now';
import { PreferencesProvider } from '#/ui/preferences/preferences';
import { readPreferences } from '#/ui/preferences/read-preferences';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'Fairlead', template: '%s · Fairlead' },
  description: 'Updates the software of crane gateways, and never at the wrong moment.',
};
export const viewport: Viewport = { width: 'device-width', initialScale: 1, colorScheme: 'dark light' };

export default async function RootLayout({ children }: { children: ReactNode }) {
  const jar = await cookies();
  const preferences = readPreferences((name) => jar.get(name)?.value);
  return (
    <html lang="en" data-theme={preferences.theme}>
      <body>
        <NuqsAdapter>
          <PreferencesProvider initial={preferences}>
            <NowProvider serverNowMs={Date.now()}>{children}</NowProvider>
          </PreferencesProvider>
        </NuqsAdapter>
      </body>
    </html>
  );
}
