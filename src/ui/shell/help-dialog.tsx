'use client';
import { Dialog } from '../kit/dialog';
import { DESTINATIONS } from './destinations';

const KEYS: readonly [string, string][] = [
  ['?', 'This help'],
  ['Ctrl K', 'Find a gateway or a page (⌘ K on a Mac)'],
  ['/', 'Go to the filter of this page'],
  ['j   k', 'Next and previous row'],
  ['Enter', 'Open the row'],
  ['Esc', 'Close a dialog'],
  ...DESTINATIONS.map(({ key, label }): [string, string] => [`g ${key}`, `Go to ${label}`]),
];

/** All keys. Nothing that changes a crane has one: approving, rebooting and resetting are never one keystroke away. */
export function HelpDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard" description="Single letters work when no text box has the focus.">
      <dl className="grid grid-cols-[7rem_1fr] gap-y-2 text-sm">
        {KEYS.map(([keys, what]) => (
          <div key={keys} className="contents">
            <dt>
              <kbd className="rounded-sm border border-line-strong bg-raised px-1.5 py-0.5 font-mono text-xs whitespace-pre">{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
