'use client';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { NEWS_TOPICS, TOPIC_WORDS } from '#/domain/notifications/topics';
import { Button } from '../kit/button';
import { CopyId } from '../kit/copy-id';
import { Dialog } from '../kit/dialog';
import { CheckField, SelectField, TextField } from '../kit/field';
import { Notice } from '../kit/notice';
import { Segments } from '../kit/segments';
import { useSites } from '../sites/site-filter';
import { useTRPC } from '../trpc/client';
import { explainError } from '../trpc/errors';
import { channelFromForm, type ChannelType } from './channel-from-form';
import { EmailFields } from './email-fields';

type Props = { open: boolean; onOpenChange: (open: boolean) => void; onCreated: () => void };

const TYPES = [
  { value: 'webhook', label: 'Webhook' },
  { value: 'email', label: 'E-mail' },
] as const;
const PRIORITIES = [
  { value: '1', label: 'P1 only' },
  { value: '2', label: 'P1 and P2' },
  { value: '3', label: 'All priorities' },
];

/** Where to, and what; then the signing secret, once. */
export function CreateChannelDialog({ open, onOpenChange, onCreated }: Props) {
  const trpc = useTRPC();
  const sites = useSites();
  const [type, setType] = useState<ChannelType>('webhook');
  const create = useMutation(
    trpc.channels.create.mutationOptions({
      onSuccess: ({ secret }) => {
        onCreated();
        if (secret === null) close();
      },
    }),
  );
  const close = () => {
    onOpenChange(false);
    create.reset();
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    create.mutate(channelFromForm(type, new FormData(event.currentTarget)));
  };
  if (create.data?.secret) return <SecretDialog open={open} secret={create.data.secret} onClose={close} />;
  return (
    <Dialog open={open} onOpenChange={(next) => (next ? onOpenChange(true) : close())} title="Add a channel">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Segments label="Type" value={type} options={TYPES} onChange={setType} />
        <TextField label="Name" name="name" required maxLength={80} autoComplete="off" placeholder="Control room" />
        {type === 'webhook' ? (
          <TextField
            label="Address"
            name="url"
            type="url"
            required
            placeholder="https://example.org/hooks/fairlead"
            hint="Gets a POST with JSON, signed in the header X-Fairlead-Signature."
          />
        ) : (
          <EmailFields />
        )}
        <SelectField
          label="Site"
          name="site"
          options={[{ value: '', label: 'All sites' }, ...sites.map(({ code, name }) => ({ value: code, label: `${code} · ${name}` }))]}
        />
        <SelectField label="Alarms" name="leastPriority" defaultValue="2" options={PRIORITIES} />
        <fieldset className="flex flex-col gap-1">
          <legend className="text-xs font-medium text-muted">News beside alarms</legend>
          {NEWS_TOPICS.map((topic) => (
            <CheckField key={topic} label={TOPIC_WORDS[topic]} name="topic" value={topic} />
          ))}
        </fieldset>
        {create.error && (
          <Notice priority="p1" title="The channel was not added">
            <p>{explainError(create.error).message}</p>
            <FieldErrors fields={create.error.data?.fields ?? null} />
          </Notice>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" variant="primary" busy={create.isPending}>
            Add
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function FieldErrors({ fields }: { fields: Record<string, string[]> | null }) {
  const messages = Object.values(fields ?? {}).flat();
  return messages.length === 0 ? null : <p>{messages.join('. ')}</p>;
}

function SecretDialog({ open, secret, onClose }: { open: boolean; secret: string; onClose: () => void }) {
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && onClose()}
      title="Copy the signing secret now"
      description="It is shown this once; Fairlead keeps it sealed."
      footer={<Button onClick={onClose}>I have copied it</Button>}
    >
      <p className="rounded-md border border-line-strong bg-sunken p-3 break-all">
        <CopyId value={secret} label="signing secret" />
      </p>
      <p className="pt-3 text-sm text-muted">
        The receiver computes HMAC-SHA-256 over <code className="font-mono text-xs">t.body</code> with it and compares the result with{' '}
        <code className="font-mono text-xs">v1</code> of <code className="font-mono text-xs">X-Fairlead-Signature</code>; a{' '}
        <code className="font-mono text-xs">t</code> older than five minutes is refused.
      </p>
    </Dialog>
  );
}
