'use client';
import Link from 'next/link';
import { useState } from 'react';
import { useCan } from '../access/access';
import { STATUS_WORDS, words } from '../gateways/gateway-words';
import { Age } from '../kit/age';
import { Button, buttonClass } from '../kit/button';
import { Mark } from '../kit/mark';
import { PageHeader } from '../kit/page-header';
import type { RouterOutputs } from '../trpc/client';
import { EnrolDialog } from './enrol-dialog';

export type Gateway = RouterOutputs['gateways']['byId'];

/** A gateway that has not been heard of for this long is shown hatched; as in the list. */
const STALE_AFTER_MS = 90_000;

/** site ▸ block ▸ crane ▸ gateway. */
export function gatewayCrumbs(gateway: { site: { code: string; name: string }; crane: { name: string; block: string | null } }) {
  const { site, crane } = gateway;
  const list = (text: string) => `/gateways?site=${site.code}&q=${encodeURIComponent(text)}`;
  return [
    { label: site.name, href: `/?site=${site.code}` },
    ...(crane.block ? [{ label: crane.block }] : []),
    { label: crane.name, href: list(crane.name) },
  ];
}

/** Where it is, how it is, when it was heard of, what it runs, and what one may do with it. */
export function GatewayHeader({ gateway }: { gateway: Gateway }) {
  const can = useCan();
  const [enrolling, setEnrolling] = useState(false);
  const { label, priority } = words(STATUS_WORDS, gateway.status);
  const running = gateway.job !== null && !(gateway.job.state === 'downloaded' && gateway.job.intent === 'download');
  return (
    <>
      <PageHeader
        title={<span className="font-mono">{gateway.name}</span>}
        crumbs={[...gatewayCrumbs(gateway), { label: gateway.name }]}
        lead={
          <span className="flex flex-wrap items-center gap-x-4 gap-y-0.5">
            <Mark priority={priority}>{label}</Mark>
            <span>
              Last seen <Age at={gateway.lastSeenAt} staleAfterMs={STALE_AFTER_MS} suffix="ago" />
            </span>
            <span>
              Runs <span className="font-mono text-xs text-text">{gateway.activeVersion ?? 'an unknown version'}</span>
              {gateway.activeSlot && ` on slot ${gateway.activeSlot}`}
            </span>
          </span>
        }
        actions={
          <>
            {can('gateway.enroll', gateway.siteId) && <Button onClick={() => setEnrolling(true)}>Enrol a device</Button>}
            {running && gateway.job ? (
              <Link prefetch={false} href={`/jobs/${gateway.job.id}`} className={buttonClass('primary')}>
                Watch the running job
              </Link>
            ) : (
              can('job.start', gateway.siteId) && (
                <Link prefetch={false} href={`/gateways/${gateway.id}/update`} className={buttonClass('primary')}>
                  Update now
                </Link>
              )
            )}
          </>
        }
      />
      <EnrolDialog gateway={gateway} open={enrolling} onOpenChange={setEnrolling} />
    </>
  );
}
