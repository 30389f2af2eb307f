'use client';
import { CircleUser, Monitor, Moon, Sun } from 'lucide-react';
import Link from 'next/link';
import { signOut } from 'next-auth/react';
import { DropdownMenu } from 'radix-ui';
import { useUser } from '../access/access';
import { buttonClass } from '../kit/button';
import { type Theme, usePreferences } from '../preferences/preferences';

const THEME_ITEMS: { value: Theme; label: string; icon: typeof Sun }[] = [
  { value: 'dark', label: 'Dark', icon: Moon },
  { value: 'light', label: 'Light', icon: Sun },
  { value: 'system', label: 'As the system', icon: Monitor },
];
const ITEM = 'target flex items-center gap-2 rounded-sm px-2 text-sm outline-none data-[highlighted]:bg-select';

async function leave(): Promise<void> {
  await signOut({ redirect: false }).catch(() => undefined);
  // A full load drops everything that this tab still holds in memory.
  window.location.assign('/sign-in');
}

/** Who is signed in, theme, time, account and sign-out. */
export function UserMenu() {
  const user = useUser();
  const { theme, timeMode, change } = usePreferences();
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger className={buttonClass('quiet', 'px-2')} aria-label={`Menu of ${user.name}`}>
        <CircleUser aria-hidden className="size-4" />
        <span className="max-w-36 truncate max-lg:hidden">{user.name}</span>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={6}
          className="z-40 min-w-56 rounded-md border border-line-strong bg-raised p-1 shadow-[0_8px_24px_var(--shadow)]"
        >
          <div className="px-2 py-1.5 text-xs text-muted">
            Signed in as
            <div className="text-sm text-text">{user.email}</div>
          </div>
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          <DropdownMenu.Label className="px-2 py-1 text-xs text-muted">Theme</DropdownMenu.Label>
          <DropdownMenu.RadioGroup value={theme} onValueChange={(value) => change({ theme: value as Theme })}>
            {THEME_ITEMS.map(({ value, label, icon: Icon }) => (
              <DropdownMenu.RadioItem key={value} value={value} className={ITEM}>
                <Icon aria-hidden className="size-3.5 text-muted" />
                <span className="flex-1">{label}</span>
                <DropdownMenu.ItemIndicator>●</DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          <DropdownMenu.CheckboxItem
            checked={timeMode === 'utc'}
            onCheckedChange={(on) => change({ timeMode: on ? 'utc' : 'site' })}
            className={ITEM}
          >
            <span className="flex-1">All times in UTC</span>
            <DropdownMenu.ItemIndicator>●</DropdownMenu.ItemIndicator>
          </DropdownMenu.CheckboxItem>
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          <DropdownMenu.Item asChild>
            <Link href="/account" className={ITEM}>
              Account and API tokens
            </Link>
          </DropdownMenu.Item>
          <DropdownMenu.Item onSelect={() => void leave()} className={ITEM}>
            Sign out
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
