'use client';
/** What a person can do about a hold: ask for an override, wait for the window, look at what it waits for. */
import Link from 'next/link';
import type { Hold } from '#/domain/jobs/hold';
import { useCan } from '../access/access';
import { Button, buttonClass } from '../kit/button';

type Props = {
  hold: Hold;
  gateway: { id: string; siteId: string };
  /** An override of the constraint is open or in force already. */
  overrideId: string | undefined;
  onRequest: (hold: Hold) => void;
};

export function HoldWay({ hold, gateway, overrideId, onRequest }: Props) {
  const can = useCan();
  if (hold.constraint) {
    if (hold.hard) return <Words>Nobody can override a hard limit: wait until it clears.</Words>;
    if (overrideId) {
      return (
        <Link prefetch={false} href={`/overrides?open=${encodeURIComponent(overrideId)}`} className={buttonClass('secondary')}>
          Override {overrideId}
        </Link>
      );
    }
    if (!can('override.request', gateway.siteId)) return <Words>Soft limit: an operator of this site can ask for an override.</Words>;
    return <Button onClick={() => onRequest(hold)}>Request override …</Button>;
  }
  switch (hold.kind) {
    case 'maintenance_window':
      return (
        <Link prefetch={false} href={`/gateways/${gateway.id}?tab=settings`} className={buttonClass('secondary')}>
          {can('settings.write', gateway.siteId) ? 'Change the window' : 'See the window'}
        </Link>
      );
    case 'gateway_offline':
      return (
        <Link prefetch={false} href={`/gateways/${gateway.id}?tab=log`} className={buttonClass('secondary')}>
          See its last log lines
        </Link>
      );
    case 'approval':
      return (
        <Link
          prefetch={false}
          href={hold.overrideId ? `/overrides?open=${encodeURIComponent(hold.overrideId)}` : `/gateways/${gateway.id}?tab=recovery`}
          className={buttonClass('secondary')}
        >
          Go to the approval
        </Link>
      );
    case 'decision':
      return <Words>Keep it or roll back: above, on the job’s page.</Words>;
    case 'concurrency':
      return <Words>Nobody can override it: it goes on by itself.</Words>;
    default:
      return <Words>It goes on by itself.</Words>;
  }
}

function Words({ children }: { children: string }) {
  return <span className="text-xs text-muted">{children}</span>;
}
