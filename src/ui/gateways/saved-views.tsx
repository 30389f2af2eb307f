'use client';
import { Bookmark, Trash2 } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { type FormEvent, useState } from 'react';
import { Button, buttonClass, IconButton } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { TextField } from '../kit/field';
import type { ListState } from './list-state';
import { useSavedViews } from './use-saved-views';

const ITEM = 'target flex items-center gap-2 rounded-sm px-2 text-sm outline-none data-[highlighted]:bg-select';

/** Filters under a name. They are kept in this browser; to hand one on, send the address of the page. */
export function SavedViews({ state, onOpen }: { state: ListState; onOpen: (view: ListState) => void }) {
  const { views, save, remove } = useSavedViews();
  const [naming, setNaming] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('name') ?? '').trim();
    if (!name) return;
    save(name, state);
    setNaming(false);
  };
  return (
    <>
      <DropdownMenu.Root>
        <DropdownMenu.Trigger className={buttonClass()}>
          <Bookmark aria-hidden className="size-3.5" />
          Views
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content
            align="end"
            sideOffset={6}
            className="z-40 min-w-56 rounded-md border border-line-strong bg-raised p-1 shadow-[0_8px_24px_var(--shadow)]"
          >
            {views.length === 0 && <p className="px-2 py-1.5 text-xs text-muted">No view is saved in this browser.</p>}
            {views.map((view) => (
              <DropdownMenu.Item key={view.name} className={ITEM} onSelect={() => onOpen(view.state)}>
                {view.name}
              </DropdownMenu.Item>
            ))}
            <DropdownMenu.Separator className="my-1 h-px bg-line" />
            <DropdownMenu.Item className={ITEM} onSelect={() => setNaming(true)}>
              Save or remove views …
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      <Dialog
        open={naming}
        onOpenChange={setNaming}
        title="Views"
        description="Views are kept in this browser. To hand one on, send the address of the page."
      >
        <form onSubmit={submit} className="flex items-end gap-2">
          <TextField label="Name of the view that is open now" name="name" maxLength={60} required className="flex-1" autoComplete="off" />
          <Button type="submit" variant="primary">
            Save
          </Button>
        </form>
        <ul className="pt-4">
          {views.map((view) => (
            <li key={view.name} className="flex items-center justify-between border-b border-line py-1 text-sm">
              {view.name}
              <IconButton label={`Remove the view ${view.name}`} onClick={() => remove(view.name)}>
                <Trash2 aria-hidden className="size-3.5" />
              </IconButton>
            </li>
          ))}
        </ul>
      </Dialog>
    </>
  );
}
