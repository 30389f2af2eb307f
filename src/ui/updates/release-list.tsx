'use client';
import { formatBytes } from '../clock/format';
import { cx } from '../kit/class-names';
import { Badge, Mark, type Priority } from '../kit/mark';
import { Time } from '../kit/time';
import type { RouterOutputs } from '../trpc/client';

export type Update = RouterOutputs['updates']['check']['updates'][number];

export const SEVERITY_PRIORITY: Record<string, Priority> = { critical: 'p2', high: 'p3', normal: 'none', low: 'none' };
export const SIGNATURE_WORDS: Record<string, { label: string; priority: Priority }> = {
  verified: { label: 'Signature verified', priority: 'none' },
  unverified: { label: 'Not signed', priority: 'p3' },
  invalid: { label: 'Signature invalid', priority: 'p1' },
};

type Props = { updates: readonly Update[]; chosenId: string | null; zone: string; onChoose: (id: string) => void };

/** The releases on offer, newest first, as radio buttons. What does not fit is shown too, with the reason. */
export function ReleaseList({ updates, chosenId, zone, onChoose }: Props) {
  return (
    <fieldset className="divide-y divide-line">
      <legend className="sr-only">Release</legend>
      {updates.map((update) => {
        const signature = SIGNATURE_WORDS[update.signature] ?? { label: update.signature, priority: 'none' as const };
        return (
          <label
            key={update.id}
            className={cx(
              'grid cursor-pointer grid-cols-[1.5rem_minmax(0,1fr)] max-md:grid-cols-[2rem_minmax(0,1fr)] gap-x-1 px-3 py-2 has-[:focus-visible]:outline-2 has-[:focus-visible]:-outline-offset-2 has-[:focus-visible]:outline-info',
              update.id === chosenId ? 'bg-select' : 'hover:bg-hover',
            )}
          >
            <input
              type="radio"
              name="release"
              value={update.id}
              checked={update.id === chosenId}
              onChange={() => onChoose(update.id)}
              className="mt-0.5 size-4 accent-info-fill outline-none max-md:mt-0 max-md:size-6"
            />
            <span className="min-w-0">
              <span className="flex flex-wrap items-center justify-between gap-x-3">
                <span className="font-mono text-sm font-medium">{update.version}</span>
                <span className="flex items-center gap-1.5">
                  <Badge priority={SEVERITY_PRIORITY[update.severity] ?? 'none'}>{update.severity}</Badge>
                  <Badge>{update.type}</Badge>
                </span>
              </span>
              <span className="tabular flex flex-wrap gap-x-3 text-xs text-muted">
                <span>{formatBytes(update.sizeBytes)}</span>
                <span>
                  released <Time at={update.releasedAt} zone={zone} withDate />
                </span>
                <Mark priority={signature.priority}>{signature.label}</Mark>
              </span>
              {update.problems.map((problem) => (
                <span key={problem} className="block text-xs">
                  <Mark priority="p3" className="!whitespace-normal">
                    Does not fit: {problem}
                  </Mark>
                </span>
              ))}
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
