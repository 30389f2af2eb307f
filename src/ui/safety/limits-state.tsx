'use client';
import { Mark } from '../kit/mark';
import { Time } from '../kit/time';

type Limits = { version: number; taken: number; refusal: string | null; retryAt: Date | null };

/** Which version of the site's limits the gateway keeps, when it is not the newest. Nothing is said of what is as it should be. */
export function LimitsState({ limits, zone }: { limits: Limits; zone: string }) {
  const { version, taken, refusal, retryAt } = limits;
  if (taken >= version) return null;
  const kept = taken === 0 ? 'the limits of its own configuration' : `those of version ${taken}`;
  return (
    <p className="flex flex-wrap items-center gap-x-2 border-t border-line px-3 py-2 text-xs">
      <Mark priority={refusal === null ? 'info' : 'p2'} className="!whitespace-normal">
        {refusal === null ? `Limits of version ${version} are on their way` : `Limits of version ${version} not taken: ${refusal}`}
      </Mark>
      <span className="text-muted">
        The gateway keeps {kept}
        {retryAt && (
          <>
            ; ordered again at <Time at={retryAt} zone={zone} />
          </>
        )}
        .
      </span>
    </p>
  );
}
