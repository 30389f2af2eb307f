'use client';
import Link from 'next/link';
import { useState } from 'react';
import { Button } from '../kit/button';
import { CopyId } from '../kit/copy-id';
import { Mark } from '../kit/mark';
import { Panel } from '../kit/panel';
import { EmptyState } from '../kit/states';
import { Time } from '../kit/time';
import { AllowDowngradeDialog } from './allow-downgrade-dialog';
import { EndPermitDialog } from './end-permit-dialog';
import type { Release } from './release-page';

export type Permit = Release['downgrades']['permits'][number];

/** Who refuses this release for being below the rollback floor, and which permissions keys have signed for it. */
export function DowngradePanel({ release }: { release: Release }) {
  const [open, setOpen] = useState<'allow' | Permit | null>(null);
  const { permits, refusedBy } = release.downgrades;
  const may = release.may.permitDowngrade;
  if (permits.length === 0 && refusedBy.length === 0 && !may) return null;
  return (
    <Panel title="Downgrades" flush aside={may && <Button onClick={() => setOpen('allow')}>Allow a downgrade to this release …</Button>}>
      {refusedBy.length > 0 && (
        <p className="border-b border-line px-3 py-2 text-sm">
          Refused without a permission by{' '}
          {refusedBy.map(({ floorVersion, gateways }) => `${counted(gateways)} with the rollback floor ${floorVersion}`).join(', ')}.
        </p>
      )}
      {permits.length === 0 ? (
        <EmptyState title="No downgrade is permitted">
          A gateway takes no image below its rollback floor unless a key for downgrades, which it pins itself, has signed that downgrade.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line">
          {permits.map((permit) => (
            <PermitRow key={permit.id} permit={permit} onEnd={release.may.permitDowngrade ? () => setOpen(permit) : null} />
          ))}
        </ul>
      )}
      {open === 'allow' && <AllowDowngradeDialog release={release} onClose={() => setOpen(null)} />}
      {open !== null && open !== 'allow' && <EndPermitDialog permit={open} version={release.version} onClose={() => setOpen(null)} />}
    </Panel>
  );
}

const counted = (gateways: number) => `${gateways} ${gateways === 1 ? 'gateway' : 'gateways'}`;

function PermitRow({ permit, onEnd }: { permit: Permit; onEnd: (() => void) | null }) {
  const { gateway, fromVersion, expiresAt, signer, keyFingerprint, addedBy, ended } = permit;
  const expired = expiresAt.getTime() <= Date.now();
  return (
    <li className="flex flex-col gap-0.5 px-3 py-2 text-sm">
      <span className="flex flex-wrap items-center justify-between gap-x-4">
        <span>
          <Mark priority={ended ? 'p3' : expired ? 'none' : 'info'}>{ended ? 'Taken back' : expired ? 'Expired' : 'Permitted'}</Mark>
          <span className="pl-2">
            from <span className="font-mono text-xs">{fromVersion}</span>,{' '}
            {gateway === null ? (
              'every gateway'
            ) : (
              <Link
                prefetch={false}
                href={`/gateways/${gateway.id}`}
                className="inline-flex min-h-6 items-center font-mono text-xs underline-offset-2 hover:underline"
              >
                {gateway.name}
              </Link>
            )}
          </span>
        </span>
        {onEnd && !ended && !expired && (
          <Button variant="quiet" onClick={onEnd}>
            Take back …
          </Button>
        )}
      </span>
      <span className="text-xs text-muted">
        {ended ? 'was to hold until' : expired ? 'held until' : 'holds until'} <Time at={expiresAt} zone="UTC" withDate />, signed by{' '}
        {signer ?? 'a downgrade key'}, brought by {addedBy}
      </span>
      {ended && (
        <span className="text-xs text-muted">
          {ended.reason} · {ended.by}, <Time at={ended.at} zone="UTC" withDate />
        </span>
      )}
      <span className="text-xs text-muted">
        <CopyId value={keyFingerprint} shown={`key …${keyFingerprint.slice(-16)}`} label="fingerprint of the key" />
      </span>
    </li>
  );
}
