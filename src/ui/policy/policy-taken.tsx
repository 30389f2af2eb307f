'use client';
import { CodeLink } from '../kit/code-link';
import { Notice } from '../kit/notice';
import { Time } from '../kit/time';
import type { RouterOutputs } from '../trpc/client';

type View = RouterOutputs['safety']['policies'][number];

/** How far the version has come: gateways that still keep older limits, and why. Silent when all have taken it. */
export function PolicyTaken({ view, zone }: { view: View; zone: string }) {
  const { version, gateways, taken, refused } = view;
  if (version === 0 || (taken >= gateways && refused.length === 0)) return null;
  return (
    <Notice priority={refused.length > 0 ? 'p2' : 'info'} title={`${taken} of ${gateways} gateways keep the limits of version ${version}`}>
      {refused.length === 0 ? (
        'The others are told as they connect; until then they keep the limits that they had.'
      ) : (
        <ul>
          {refused.map((one) => (
            <li key={one.id}>
              <CodeLink href={`/gateways/${one.id}`}>{one.name}</CodeLink>: limits of version {version} not taken: {one.refusal}
              {one.retryAt && (
                <>
                  ; ordered again at <Time at={one.retryAt} zone={zone} />
                </>
              )}
            </li>
          ))}
        </ul>
      )}
    </Notice>
  );
}
