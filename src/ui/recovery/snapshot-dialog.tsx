'use client';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { SelectField, TextField } from '../kit/field';
import { type RouterInputs, type RouterOutputs, useTRPC } from '../trpc/client';
import { PartChecks } from './part-checks';
import { PlanView, useRecoveryPlan } from './recovery-plan';
import { SNAPSHOT_PART_WORDS, type SnapshotPart } from './recovery-words';
import { Refusal } from '../trpc/refusal';

type Compression = NonNullable<RouterInputs['recovery']['createSnapshot']['compression']>;
const COMPRESSIONS: readonly { value: Compression; label: string }[] = [
  { value: 'zstd', label: 'zstd: small and fast' },
  { value: 'gzip', label: 'gzip: readable everywhere' },
  { value: 'none', label: 'none' },
];
type Props = { gateway: RouterOutputs['recovery']['overview']['gateway']; onClose: () => void };

/** Name and parts of a snapshot; the gateway keeps working while it is made. */
export function SnapshotDialog({ gateway, onClose }: Props) {
  const trpc = useTRPC();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [contents, setContents] = useState<SnapshotPart[]>(['image', 'data', 'config']);
  const [compression, setCompression] = useState<Compression>('zstd');
  // A plan needs at least one part; with none chosen the form says so and the plan of before stays.
  const [planned, setPlanned] = useState(contents);
  const plan = useRecoveryPlan({ operation: 'snapshot', gatewayId: gateway.id, contents: planned, compression });
  const order = useMutation(
    trpc.recovery.createSnapshot.mutationOptions({
      onSuccess: ({ snapshotId }) => {
        toast(`The snapshot ${snapshotId} is ordered`);
        onClose();
      },
    }),
  );
  const ready =
    name.trim() !== '' && contents.length > 0 && !plan.isError && plan.data?.impossible === null && plan.data.unfinishedJobId === null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !order.isPending)
      order.mutate({ gatewayId: gateway.id, name: name.trim(), description: description.trim() || null, contents, compression });
  };
  const choose = (parts: SnapshotPart[]) => {
    setContents(parts);
    if (parts.length > 0) setPlanned(parts);
  };
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={`Snapshot of ${gateway.name}`}
      description="Kept on the gateway for 30 days."
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField label="Name" value={name} maxLength={120} required onChange={(event) => setName(event.target.value)} />
        <TextField label="Description" value={description} maxLength={500} onChange={(event) => setDescription(event.target.value)} />
        <PartChecks label="What it keeps" words={SNAPSHOT_PART_WORDS} chosen={contents} onChange={choose} />
        <SelectField
          label="Compression"
          value={compression}
          options={COMPRESSIONS}
          onChange={(event) => setCompression(COMPRESSIONS.find((one) => one.value === event.target.value)?.value ?? 'zstd')}
          className="max-w-xs"
        />
        <PlanView query={plan} gateway={gateway} />
        <Refusal title="The snapshot was not ordered" error={order.error} />
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" variant="primary" busy={order.isPending} disabled={!ready}>
            Make the snapshot
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
