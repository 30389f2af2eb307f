'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { useRouter } from 'next/navigation';
import { useDeferredValue, useEffect, useState } from 'react';
import { useCan } from '../access/access';
import { type Theme, THEMES, usePreferences } from '../preferences/preferences';
import { useReturnFocus } from '../kit/return-focus';
import { useTRPC } from '../trpc/client';
import { DESTINATIONS } from './destinations';

const ITEM = 'flex min-h-8 cursor-pointer items-center gap-2 rounded-sm px-2 text-sm data-[selected=true]:bg-select';
const HEADING =
  '[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted';

/** Of the hits, those that are offered for an update too. It leads to the plan: nothing starts from here. */
const UPDATES_SHOWN = 3;

/** Ctrl/Cmd-K: pages, gateways by any part of their name, and the theme. */
export function Palette({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  useReturnFocus(open);
  const router = useRouter();
  const trpc = useTRPC();
  const { change } = usePreferences();
  const can = useCan();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState('');
  const wanted = useDeferredValue(text.trim());
  const search = useQuery(
    trpc.gateways.search.queryOptions({ text: wanted }, { enabled: open && wanted.length >= 2, placeholderData: keepPreviousData }),
  );
  const gateways = wanted.length >= 2 ? (search.data ?? []) : [];
  const updatable = gateways.filter((gateway) => can('job.start', gateway.siteId)).slice(0, UPDATES_SHOWN);
  // The first hit is chosen as soon as it is there, so that Enter opens it.
  const firstHit = gateways[0]?.id;
  useEffect(() => {
    if (firstHit) setChosen(firstHit);
  }, [firstHit]);
  const run = (action: () => void) => {
    onOpenChange(false);
    setText('');
    action();
  };
  const matches = (label: string) => label.toLowerCase().includes(wanted.toLowerCase());
  const pages = DESTINATIONS.filter(({ label }) => matches(label));
  const themes = THEMES.filter((theme) => matches(`theme ${theme}`));
  return (
    <Command.Dialog
      open={open}
      onOpenChange={onOpenChange}
      label="Find a gateway or a page"
      shouldFilter={false}
      value={chosen}
      onValueChange={setChosen}
      overlayClassName="fixed inset-0 z-40 bg-sunken/70"
      contentClassName="fixed top-[12vh] left-1/2 z-50 w-[min(36rem,calc(100vw-1.5rem))] -translate-x-1/2 rounded-lg border border-line-strong bg-surface shadow-[0_8px_40px_var(--shadow)]"
    >
      <Command.Input
        value={text}
        onValueChange={setText}
        placeholder="Gateway, crane, site or page"
        className="w-full border-b border-line bg-transparent px-4 py-3 text-base outline-none placeholder:text-muted"
      />
      <Command.List className="max-h-[50vh] overflow-y-auto p-1.5">
        <Command.Empty className="px-3 py-6 text-center text-sm text-muted">
          {search.isFetching ? 'Searching …' : 'Nothing has this name. Try a part of a gateway name, such as STS07.'}
        </Command.Empty>
        {gateways.length > 0 && (
          <Command.Group heading="Gateways" className={HEADING}>
            {gateways.map((gateway) => (
              <Command.Item
                key={gateway.id}
                value={gateway.id}
                onSelect={() => run(() => router.push(`/gateways/${gateway.id}`))}
                className={ITEM}
              >
                <span className="font-mono text-xs">{gateway.name}</span>
                <span className="ml-auto text-xs text-muted">
                  {gateway.siteName} · {gateway.status}
                </span>
              </Command.Item>
            ))}
          </Command.Group>
        )}
        {updatable.length > 0 && (
          <Command.Group heading="Update now" className={HEADING}>
            {updatable.map((gateway) => (
              <Command.Item
                key={gateway.id}
                value={`update-${gateway.id}`}
                onSelect={() => run(() => router.push(`/gateways/${gateway.id}/update`))}
                className={ITEM}
              >
                Plan an update of <span className="font-mono text-xs">{gateway.name}</span>
              </Command.Item>
            ))}
          </Command.Group>
        )}
        {pages.length > 0 && (
          <Command.Group heading="Pages" className={HEADING}>
            {pages.map(({ href, label, icon: Icon }) => (
              <Command.Item key={href} value={href} onSelect={() => run(() => router.push(href))} className={ITEM}>
                <Icon aria-hidden className="size-3.5 text-muted" />
                {label}
              </Command.Item>
            ))}
          </Command.Group>
        )}
        {themes.length > 0 && (
          <Command.Group heading="Theme" className={HEADING}>
            {themes.map((theme: Theme) => (
              <Command.Item key={theme} value={`theme-${theme}`} onSelect={() => run(() => change({ theme }))} className={ITEM}>
                Theme: {theme}
              </Command.Item>
            ))}
          </Command.Group>
        )}
      </Command.List>
    </Command.Dialog>
  );
}
