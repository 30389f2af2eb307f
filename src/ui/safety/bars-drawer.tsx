'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { buttonClass } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { QueryState } from '../kit/query-state';
import { useTRPC } from '../trpc/client';
import { HoldsPanel } from './holds-panel';
import { SignalsPanel } from './signals-panel';

/** The live bars of one gateway beside the board, with what holds it and what one can do about it. */
export function BarsDrawer({ gatewayId, onClose }: { gatewayId: string | null; onClose: () => void }) {
  return gatewayId === null ? null : <Drawer gatewayId={gatewayId} onClose={onClose} />;
}

function Drawer({ gatewayId, onClose }: { gatewayId: string; onClose: () => void }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.gateways.byId.queryOptions({ gatewayId }));
  const gateway = query.data;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      shape="drawer"
      wide
      title={gateway ? <span className="font-mono">{gateway.name}</span> : 'Safety signals'}
      description={gateway ? `${gateway.site.name}, ${gateway.crane.name}` : 'One gateway'}
      footer={
        <Link prefetch={false} href={`/gateways/${gatewayId}`} className={buttonClass()}>
          Open the gateway
        </Link>
      }
    >
      <QueryState query={query} loading="Loading the gateway" rows={8} failed="The gateway could not be read" />
      {gateway && (
        <div className="flex flex-col gap-3">
          <SignalsPanel gatewayId={gatewayId} />
          <HoldsPanel gateway={gateway} job={gateway.job} zone={gateway.site.timezone} />
        </div>
      )}
    </Dialog>
  );
}
