'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { PartChecks } from './part-checks';
import { BUNDLE_PART_WORDS, type BundlePart } from './recovery-words';
import { Refusal } from '../trpc/refusal';

type Props = { gateway: RouterOutputs['recovery']['overview']['gateway']; onClose: () => void };

/** What a bundle is to have. It disturbs nothing and runs beside a job. */
export function BundleDialog({ gateway, onClose }: Props) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [contents, setContents] = useState<BundlePart[]>(['logs', 'config', 'system_info']);
  const order = useMutation(
    trpc.recovery.requestBundle.mutationOptions({
      onSuccess: ({ id }) => {
        toast(`The bundle ${id} is ordered`);
        onClose();
        return queryClient.invalidateQueries(trpc.recovery.pathFilter());
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (contents.length > 0 && !order.isPending) order.mutate({ gatewayId: gateway.id, contents });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Debug bundle of ${gateway.name}`}
      description="The gateway collects it and takes out what it knows or recognises as a secret before it sends anything; treat it as confidential all the same. An absent gateway sends it when it is back, within a day."
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <PartChecks label="What it has" words={BUNDLE_PART_WORDS} chosen={contents} onChange={setContents} />
        <Refusal title="The bundle was not ordered" error={order.error} />
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" variant="primary" busy={order.isPending} disabled={contents.length === 0}>
            Ask for it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
