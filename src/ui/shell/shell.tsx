'use client';
import { type ReactNode, useMemo, useState } from 'react';
import { ConnectionBanner } from '../kit/connection-banner';
import { useFocusStaysInPlace } from '../kit/focus-place';
import { Toaster } from '../kit/toaster';
import { OverrideStrip } from '../overrides/override-strip';
import { HelpDialog } from './help-dialog';
import { Navigation } from './navigation';
import { Palette } from './palette';
import { useSessionRenewal } from './session-renewal';
import { useShortcuts } from './shortcuts';
import { TopBar } from './top-bar';

/** The frame of every page behind the sign-in. */
export function Shell({ children }: { children: ReactNode }) {
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [helpOpen, setHelpOpen] = useState(false);
  const actions = useMemo(() => ({ openPalette: () => setPaletteOpen(true), openHelp: () => setHelpOpen(true) }), []);
  useShortcuts(actions);
  useSessionRenewal();
  useFocusStaysInPlace();
  return (
    <>
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-raised focus:px-3 focus:py-2"
      >
        Skip to the content
      </a>
      <TopBar onSearch={actions.openPalette} />
      <div className="flex min-h-[calc(100dvh-3rem)]">
        <Navigation />
        <div className="flex min-w-0 flex-1 flex-col max-md:pb-16">
          <OverrideStrip />
          <ConnectionBanner />
          <main id="main" tabIndex={-1} className="flex min-w-0 flex-1 flex-col gap-3 p-3 outline-none md:p-4">
            {children}
          </main>
        </div>
      </div>
      <Palette open={paletteOpen} onOpenChange={setPaletteOpen} />
      <HelpDialog open={helpOpen} onOpenChange={setHelpOpen} />
      <Toaster />
    </>
  );
}
