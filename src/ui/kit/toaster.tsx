'use client';
import { Toaster as Sonner } from 'sonner';

/** Short messages at the lower edge; call `toast` from sonner. */
export function Toaster() {
  return (
    <Sonner
      position="bottom-right"
      toastOptions={{
        classNames: {
          toast: '!bg-raised !text-text !border-line-strong !rounded-md !text-sm !font-sans',
          description: '!text-muted',
          error: '!border-p1',
        },
      }}
    />
  );
}
