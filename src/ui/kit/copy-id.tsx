'use client';
import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';

/** An identifier in mono type with a button that copies it whole, also when it is shown shortened. */
export function CopyId({ value, shown = value, label }: { value: string; shown?: string; label: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    } catch {
      toast.error(`The browser did not allow copying. The value is ${value}`);
    }
  };
  const Icon = copied ? Check : Copy;
  return (
    <span className="inline-flex items-center gap-0.5">
      <span className="font-mono text-xs" title={shown === value ? undefined : value}>
        {shown}
      </span>
      <button
        type="button"
        onClick={(event) => {
          event.stopPropagation();
          void copy();
        }}
        aria-label={`Copy ${label} ${value}`}
        className="inline-flex size-6 items-center justify-center rounded-sm text-muted hover:bg-hover hover:text-text"
      >
        <Icon aria-hidden className="size-3.5" />
      </button>
      <span aria-live="polite" className="sr-only">
        {copied ? `${label} copied` : ''}
      </span>
    </span>
  );
}
