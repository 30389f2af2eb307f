'use client';
import { useMutation } from '@tanstack/react-query';
import { Button } from '../kit/button';
import { CopyId } from '../kit/copy-id';
import { Dialog } from '../kit/dialog';
import { Notice } from '../kit/notice';
import { Time } from '../kit/time';
import { Refusal } from '../trpc/refusal';
import { useTRPC } from '../trpc/client';
import type { Gateway } from './gateway-header';

type Props = { gateway: Gateway; open: boolean; onOpenChange: (open: boolean) => void };

/** Issues a one-time token by which a device becomes this gateway, and shows it once, with the command for the device. */
export function EnrolDialog({ gateway, open, onOpenChange }: Props) {
  const trpc = useTRPC();
  const enrol = useMutation(trpc.gateways.enrol.mutationOptions());
  const close = (next: boolean) => {
    onOpenChange(next);
    if (!next) enrol.reset();
  };
  if (enrol.data) {
    const { token, expiresAt, serverUrl } = enrol.data;
    return (
      <Dialog
        open={open}
        onOpenChange={close}
        title="Run this on the device now"
        description="The token is shown this once and works once. Fairlead keeps a hash of it only."
        footer={<Button onClick={() => close(false)}>I have copied it</Button>}
      >
        <div className="flex flex-col gap-3">
          <p className="rounded-md border border-line-strong bg-sunken p-3 break-all">
            <CopyId value={`node agent.mjs --config /etc/fairlead/agent.json --enrol-token ${token}`} label="command" />
          </p>
          <p className="rounded-md border border-line-strong bg-sunken p-3 break-all">
            <CopyId value={token} label="token" />
          </p>
          <p className="text-sm text-muted">
            Valid until <Time at={expiresAt} zone={gateway.site.timezone} withDate />. Issuing another one voids it. The device’s
            configuration names the server <span className="font-mono text-xs text-text">{serverUrl}</span> and the serial number{' '}
            <span className="font-mono text-xs text-text">{gateway.serialNumber}</span>.
          </p>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title={`Enrol a device as ${gateway.name}`}
      footer={
        <>
          <Button onClick={() => close(false)}>Cancel</Button>
          <Button variant="primary" busy={enrol.isPending} onClick={() => enrol.mutate({ gatewayId: gateway.id })}>
            Issue a one-time token
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3 text-sm">
        <p>A device that enrols with the token becomes this gateway. An unused token of before is void.</p>
        {gateway.enrolledAt && (
          <Notice priority="p3" title="A device is enrolled already">
            When another one enrols, the present device loses its access at once: it gets a new secret.
          </Notice>
        )}
        <Refusal title="No token was issued" error={enrol.error} />
      </div>
    </Dialog>
  );
}
