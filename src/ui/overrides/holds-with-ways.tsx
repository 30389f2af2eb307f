'use client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Hold } from '#/domain/jobs/hold';
import type { OperationClass } from '#/domain/safety/policy';
import { HoldWay } from '../safety/hold-way';
import { WhyNotNow } from '../safety/why-not-now';
import { useTRPC } from '../trpc/client';
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
            overrideId={
              open?.find((row) => hold.constraint && row.operation === operation && row.constraints.includes(hold.constraint))?.id
            }
            onRequest={setAsking}
          />
        )}
      />
      {asking && (
        <RequestOverrideDialog
          gateways={[gateway]}
          constraint={asking.constraint}
          operation={operation}
          jobId={jobId}
          onClose={() => setAsking(null)}
        />
      )}
    </>
  );
}
