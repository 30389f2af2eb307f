'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import type { Hold } from '#/domain/jobs/hold';
import { type OperationClass, REQUIRED_CONSTRAINTS } from '#/domain/safety/policy';
import { Countdown } from '../kit/countdown';
import { Mark } from '../kit/mark';
import { CONSTRAINT_WORDS } from '../safety/constraint-words';
import { HoldWay } from '../safety/hold-way';
import { WhyNotNow } from '../safety/why-not-now';
import { useTRPC } from '../trpc/client';
import { boundWords } from './bound-words';
import { OPERATION_WORDS } from './override-words';
import type { OverrideRow } from './register-csv';
import { RequestOverrideDialog } from './request-override-dialog';

type Props = {
  holds: readonly Hold[];
  readAt: Date;
  zone: string;
  free: string;
  gateway: { id: string; siteId: string; name: string };
  /** What is held. */
  operation: OperationClass;
  jobId: string | null;
};

/** "Why not now" with what one can do about each hold; soft limits lead to the request of an override. */
export function HoldsWithWays({ holds, readAt, zone, free, gateway, operation, jobId }: Props) {
  const trpc = useTRPC();
  const [asking, setAsking] = useState<Hold | null>(null);
  const open = useQuery(trpc.overrides.browse.queryOptions({ gatewayId: gateway.id, states: ['requested', 'approved', 'active'] })).data
    ?.rows;
  const inForce = open?.filter((row) => row.state !== 'requested') ?? [];
  return (
    <>
      <WhyNotNow
        holds={holds}
        readAt={readAt}
        zone={zone}
        free={free}
        way={(hold) => (
          <HoldWay
            hold={hold}
            gateway={gateway}
            overrideId={open?.find((row) => isAbout(row, hold, operationFor(hold, operation)))?.id}
            onRequest={setAsking}
          />
        )}
      />
      {inForce.length > 0 && (
        <ul aria-label="Overrides of this gateway in force" className="border-t border-line">
          {inForce.map((row) => (
            <li key={row.id} className="flex flex-wrap items-center gap-x-3 px-3 py-1.5 text-xs">
              <Mark priority="p2">
                {row.bounds.map((one) => `${CONSTRAINT_WORDS[one.constraint]} relaxed to ${boundWords(one)}`).join('; ')}
              </Mark>
              <span className="text-muted">
                {OPERATION_WORDS[row.operation]}, {row.expiresAt && <Countdown until={row.expiresAt} over="a moment" />} left
              </span>
              <Link
                prefetch={false}
                href={`/overrides?open=${encodeURIComponent(row.id)}`}
                className="inline-flex min-h-6 items-center font-mono underline-offset-2 hover:underline"
              >
                {row.id}
              </Link>
            </li>
          ))}
        </ul>
      )}
      {asking && (
        <RequestOverrideDialog
          gateways={[gateway]}
          constraint={asking.constraint}
          operation={operationFor(asking, operation)}
          jobId={jobId}
          onClose={() => setAsking(null)}
        />
      )}
    </>
  );
}

/** One override of a constraint at a time may be in force, whatever it is for; asked for is what this operation needs. */
function isAbout(row: OverrideRow, hold: Hold, operation: OperationClass): boolean {
  if (!hold.constraint || !row.constraints.includes(hold.constraint)) return false;
  return row.state !== 'requested' || row.operation === operation;
}

/** What is held shows the holds of a reboot too, which a job comes to later. */
function operationFor(hold: Hold, operation: OperationClass): OperationClass {
  return hold.constraint && REQUIRED_CONSTRAINTS[operation].includes(hold.constraint) ? operation : 'O3';
}
