'use client';
import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, type RefObject, useRef } from 'react';
import { IconButton } from './button';
import { cx } from './class-names';
import { useReturnFocus } from './return-focus';

type DialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children: ReactNode;
  /** Buttons, right-aligned; the safe one first. */
  footer?: ReactNode;
  /** `dialog`: centred. `drawer`: full height at the right edge, for a detail beside a list. */
  shape?: 'dialog' | 'drawer';
  wide?: boolean;
  /** What has the focus at first; else the first thing that takes it. */
  initialFocus?: RefObject<HTMLElement | null>;
};

const SHAPE = {
  dialog:
    'top-[8vh] left-1/2 max-h-[84vh] w-[min(34rem,calc(100vw-1.5rem))] -translate-x-1/2 rounded-lg border border-line-strong data-[wide=true]:w-[min(56rem,calc(100vw-1.5rem))]',
  drawer: 'top-0 right-0 h-dvh w-[min(32rem,100vw)] border-l border-line-strong data-[wide=true]:w-[min(56rem,100vw)]',
} as const;

/**
 * Escapes that were meant for the dialog above. Radix listens for the uppermost one only a moment after that has the focus, and until
 * then tells the lower one.
 */
const forAbove = new WeakSet<Event>();
const dialogAround = (target: EventTarget | null) => (target instanceof Element ? target.closest('[role="dialog"]') : null);

/** A modal dialog or drawer: focus is kept inside, Escape closes, focus returns to where it was. */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  children,
  footer,
  shape = 'dialog',
  wide = false,
  initialFocus,
}: DialogProps) {
  const content = useRef<HTMLDivElement>(null);
  useReturnFocus(open);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-sunken/70" />
        <Radix.Content
          ref={content}
          data-wide={wide}
          onEscapeKeyDown={(event) => {
            const meant = dialogAround(event.target);
            if (meant === null || meant === content.current) return;
            forAbove.add(event);
            event.preventDefault();
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Escape' || dialogAround(event.target) !== content.current) return;
            // Whoever has dealt with it has prevented the default, but for a dialog below.
            if (event.defaultPrevented && !forAbove.has(event.nativeEvent)) return;
            event.preventDefault();
            onOpenChange(false);
          }}
          onOpenAutoFocus={(event) => {
            if (!initialFocus?.current) return;
            event.preventDefault();
            initialFocus.current.focus();
          }}
          {...(description ? {} : { 'aria-describedby': undefined })}
          className={cx('fixed z-50 flex flex-col bg-surface text-text shadow-[0_8px_40px_var(--shadow)] focus:outline-none', SHAPE[shape])}
        >
          <header className="flex items-start justify-between gap-4 border-b border-line px-4 py-3">
            <div className="min-w-0">
              <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
              {description && <Radix.Description className="text-sm text-muted">{description}</Radix.Description>}
            </div>
            <Radix.Close asChild>
              <IconButton label="Close">
                <X aria-hidden className="size-4" />
              </IconButton>
            </Radix.Close>
          </header>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area has to be reachable by keyboard */}
          <div tabIndex={0} className="min-h-0 flex-1 overflow-y-auto px-4 py-4">
            {children}
          </div>
          {footer && <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-4 py-3">{footer}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
