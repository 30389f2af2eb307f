'use client';
/** "Allow a downgrade to this release": for whom and how long, the text to sign elsewhere, and the signature that comes back. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { LONGEST_PERMIT_DAYS } from '#/domain/releases/permit-life';
import { Button } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { SelectField, TextField } from '../kit/field';
import { LoadingState } from '../kit/states';
import { Refusal } from '../trpc/refusal';
import { useTRPC } from '../trpc/client';
import { type SignedText, SignOffline } from '../trust/sign-offline';
import { useDone } from './release-actions';
import type { Release } from './release-page';

type Asked = { gateway: string | null; fromVersion: string; expiresAt: Date };
type Props = { release: Release; onClose: () => void };
const DAY_MS = 86_400_000;
/** As short as it may be: it has to hold until the image is on the gateway. */
const DAYS = [1, 3, 7, 14, LONGEST_PERMIT_DAYS];

export function AllowDowngradeDialog({ release, onClose }: Props) {
  const trpc = useTRPC();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [signed, setSigned] = useState<SignedText | null>(null);
  const query = useQuery(
    trpc.releases.permitText.queryOptions(
      { releaseId: release.id, ...(asked ?? { gateway: null, fromVersion: release.version, expiresAt: new Date(0) }) },
      { enabled: asked !== null, retry: false, staleTime: Number.POSITIVE_INFINITY },
    ),
  );
  const add = useMutation(trpc.releases.addPermit.mutationOptions(useDone(`The downgrade to ${release.version} is permitted`, onClose)));
  const shown = asked === null ? undefined : query.data;
  const now: SignedText = signed ?? { text: shown?.text ?? '', signature: null };
  const { signature } = now;
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={`Allow a downgrade to ${release.version}`}
      description="A gateway goes below its rollback floor only if a key for downgrades, which it pins itself, has signed that. Fairlead cannot sign it."
      footer={
        shown && (
          <>
            <div className="w-full">
              <Refusal title="The downgrade is not permitted" error={add.error} />
            </div>
            <Button
              onClick={() => {
                setAsked(null);
                setSigned(null);
                add.reset();
              }}
            >
              Back
            </Button>
            <Button
              variant="primary"
              busy={add.isPending}
              disabled={signature === null}
              onClick={() => signature && add.mutate({ releaseId: release.id, document: { text: now.text, signature } })}
            >
              Allow the downgrade
            </Button>
          </>
        )
      }
    >
      <div className="flex flex-col gap-4">
        {shown ? (
          <SignOffline
            fileName={`downgrade-${release.version}.json`}
            text={shown.text}
            keys={shown.keys}
            signed={now}
            onChange={setSigned}
          />
        ) : (
          <WhatForm release={release} error={asked === null ? null : query.error} onAsk={setAsked} />
        )}
        {query.isFetching && <LoadingState label="Making the text" rows={4} />}
      </div>
    </Dialog>
  );
}

/** What the text will say. */
function WhatForm({ release, error, onAsk }: { release: Release; error: unknown; onAsk: (asked: Asked) => void }) {
  const { refusedBy } = release.downgrades;
  const usual = [...refusedBy].sort((a, b) => b.gateways - a.gateways)[0]?.floorVersion ?? '';
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const gateway = String(form.get('gateway')).trim();
    const expiresAt = new Date(Date.now() + Number(form.get('days')) * DAY_MS);
    onAsk({ gateway: gateway === '' ? null : gateway, fromVersion: String(form.get('from')).trim(), expiresAt });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <TextField
        label="Version that the gateways run now"
        name="from"
        required
        maxLength={80}
        defaultValue={usual}
        autoComplete="off"
        spellCheck={false}
        hint="The permission serves gateways that run exactly this one."
      />
      <TextField
        label="Gateway"
        name="gateway"
        maxLength={120}
        autoComplete="off"
        spellCheck={false}
        hint="Its name; empty: every gateway that pins the key."
      />
      <SelectField
        label="It holds for"
        name="days"
        defaultValue="7"
        options={DAYS.map((days) => ({ value: String(days), label: days === 1 ? '1 day' : `${days} days` }))}
        hint="Until the image is on the gateway; the text names the instant."
      />
      <Refusal title="There is no text to sign" error={error} />
      <div className="flex justify-end">
        <Button type="submit" variant="primary">
          Show what has to be signed
        </Button>
      </div>
    </form>
  );
}
