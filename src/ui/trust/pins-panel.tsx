'use client';
import Link from 'next/link';
import { useState } from 'react';
import { Button } from '../kit/button';
import { Mark } from '../kit/mark';
import { Panel } from '../kit/panel';
import { Progress } from '../kit/progress';
import { Time } from '../kit/time';
import { RotateDialog } from './rotate-dialog';
import type { TrustState } from './trust-page';

type Props = { trust: TrustState; mayManage: boolean; onDone: () => void };

/** How many gateways pin which version of the key set, and how far the last rotation has come. */
export function PinsPanel({ trust: { pins, silent, version, rotation }, mayManage, onDone }: Props) {
  const [rotating, setRotating] = useState(false);
  return (
    <Panel
      title="Pinned by gateways"
      aside={
        <>
          {version === null ? 'no key may sign releases' : `the keyring is version ${version}`}
          {mayManage && version !== null && <Button onClick={() => setRotating(true)}>Rotate …</Button>}
        </>
      }
    >
      <ul className="flex flex-col gap-1 text-sm">
        {pins.map((one) => (
          <li key={one.version} className="flex items-baseline gap-x-3">
            <span className="w-14 shrink-0 text-right tabular-nums">{one.gateways}</span>
            {one.version === 0 ? (
              <Mark priority="p3" className="!whitespace-normal">
                no pinned keys: unsigned images too
              </Mark>
            ) : one.version < (version ?? 0) ? (
              <Mark priority="info" className="!whitespace-normal">
                key set {one.version}, older than the keyring
              </Mark>
            ) : (
              <Mark priority="none">key set {one.version}</Mark>
            )}
          </li>
        ))}
        {silent > 0 && (
          <li className="flex items-baseline gap-x-3">
            <span className="w-14 shrink-0 text-right tabular-nums">{silent}</span>
            <span className="text-muted">have not said yet</span>
          </li>
        )}
      </ul>
      {rotation && <RotationProgress rotation={rotation} />}
      <p className="pt-2 text-xs text-muted">
        Fairlead cannot change what a gateway pins. A new set is signed, where the private key is, by a release key that is pinned now.
      </p>
      {rotating && <RotateDialog onClose={() => setRotating(false)} onDone={onDone} />}
    </Panel>
  );
}

function RotationProgress({ rotation }: { rotation: NonNullable<TrustState['rotation']> }) {
  const { version, at, by, signer, pinned, pinning, waiting, refused } = rotation;
  return (
    <section aria-label="The last rotation" className="mt-3 flex flex-col gap-1 border-t border-line pt-2 text-sm">
      <p className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span>
          {pinned} of {pinning} gateways pin set {version}
        </span>
        <span className="text-xs text-muted">
          sent by {by}, <Time at={at} zone="UTC" withDate />
          {signer !== null && `, signed by ${signer}`}
        </span>
      </p>
      <Progress label={`Gateways that pin set ${version}`} percent={pinning === 0 ? 0 : (pinned * 100) / pinning} />
      {waiting > 0 && <p className="text-xs text-muted">Told, and not heard of since: {waiting}.</p>}
      {refused.length > 0 && (
        <ul className="flex flex-col gap-0.5 text-xs">
          {refused.map(({ gateway, reason }) => (
            <li key={gateway.id}>
              <Mark priority="p2" className="!whitespace-normal">
                <Link
                  prefetch={false}
                  href={`/gateways/${gateway.id}`}
                  className="inline-flex min-h-6 items-center font-mono underline-offset-2 hover:underline"
                >
                  {gateway.name}
                </Link>{' '}
                refused it: {reason}
              </Mark>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
