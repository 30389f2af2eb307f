'use client';
import Link from 'next/link';
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
              <Link
                prefetch={false}
                href={`/gateways/${one.id}`}
                className="inline-flex min-h-6 items-center font-mono text-xs underline-offset-2 hover:underline"
              >
                {one.name}
              </Link>
              : limits of version {version} not taken: {one.refusal}
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
