'use client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { formatBytes } from '../clock/format';
import { SlotsPanel } from '../gateway/slots-panel';
import type { Gateway } from '../gateway/gateway-header';
import { Button } from '../kit/button';
import { CopyId } from '../kit/copy-id';
import { Facts } from '../kit/facts';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { Time } from '../kit/time';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { ApprovalNotice } from './approval-notice';
import { BundlesPanel } from './bundles-panel';
import { ResetDialog } from './reset-dialog';
import { RollbackDialog } from './rollback-dialog';
import { SnapshotsPanel } from './snapshots-panel';

type Overview = RouterOutputs['recovery']['overview'];

/** What the gateway can go back to, and the ways there. */
export function RecoveryTab({ gateway }: { gateway: Gateway }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.recovery.overview.queryOptions({ gatewayId: gateway.id }));
  const overview = query.data;
  if (!overview) {
    return <QueryState query={query} loading="Loading recovery" rows={10} failed="Recovery could not be read" />;
  }
  return (
    <div className="grid min-w-0 gap-3">
      <ApprovalNotice overview={overview} />
      <div className="grid min-w-0 items-start gap-3 xl:grid-cols-2">
        <SlotsPanel gateway={gateway} />
        <WaysBack overview={overview} />
      </div>
      <SnapshotsPanel overview={overview} />
      {overview.may.requestBundle && <BundlesPanel overview={overview} />}
    </div>
  );
}

function WaysBack({ overview }: { overview: Overview }) {
  const [open, setOpen] = useState<'rollback' | 'reset' | null>(null);
  const { rollback, rules, may, gateway } = overview;
  return (
    <Panel title="Ways back">
      <div className="flex flex-col gap-3 text-sm">
        <section aria-label="Roll back" className="flex flex-wrap items-center justify-between gap-2">
          <p className="min-w-0">
            {rollback.slot ? (
              <>
                Slot {rollback.slot} has <span className="font-mono text-xs">{rollback.version}</span>, which proved its health before.
              </>
            ) : (
              <span className="text-muted">No roll-back: {rollback.why}.</span>
            )}
          </p>
          {may.rollback && (
            <Button disabled={rollback.slot === null} onClick={() => setOpen('rollback')}>
              Roll back …
            </Button>
          )}
        </section>
        <section aria-label="Factory reset" className="flex flex-wrap items-center justify-between gap-2 border-t border-line pt-3">
          <p className="min-w-0">
            {rules.factoryReset
              ? 'Configuration and data can be reset to the factory’s.'
              : 'The policy of this site forbids a factory reset.'}
          </p>
          {may.factoryReset && (
            <Button variant="danger" onClick={() => setOpen('reset')}>
              Factory reset …
            </Button>
          )}
        </section>
        <RecoveryImage overview={overview} />
      </div>
      {open === 'rollback' && <RollbackDialog overview={overview} onClose={() => setOpen(null)} />}
      {open === 'reset' && <ResetDialog gateway={gateway} onClose={() => setOpen(null)} />}
    </Panel>
  );
}

function RecoveryImage({ overview }: { overview: Overview }) {
  const { image, gateway } = overview;
  const zone = gateway.site.timezone;
  if (!image) return <p className="border-t border-line pt-3 text-muted">The gateway has not told of a recovery image yet.</p>;
  if (!image.present) return <p className="border-t border-line pt-3 text-muted">The gateway has no recovery image.</p>;
  return (
    <Facts
      className="border-t border-line pt-3"
      facts={[
        { label: 'Recovery image', value: <span className="font-mono text-xs">{image.version ?? 'version not known'}</span> },
        { label: 'Size', value: image.sizeBytes === null ? '–' : formatBytes(image.sizeBytes) },
        {
          label: 'SHA-256',
          value: image.sha256 ? (
            <CopyId value={image.sha256} shown={image.sha256.slice(0, 16)} label="SHA-256 of the recovery image" />
          ) : (
            '–'
          ),
        },
        { label: 'Changed', value: image.updatedAt ? <Time at={image.updatedAt} zone={zone} withDate /> : '–' },
      ]}
    />
  );
}
