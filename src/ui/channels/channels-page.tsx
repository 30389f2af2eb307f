'use client';
/** Where alarms and news are sent, and what became of each message. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useQueryState } from 'nuqs';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../kit/button';
import { PageHeader } from '../kit/page-header';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { EmptyState } from '../kit/states';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { explainError } from '../trpc/errors';
import { ChannelsTable } from './channels-table';
import { CreateChannelDialog } from './create-channel-dialog';
import { DeliveryLog } from './delivery-log';

export type ChannelRow = RouterOutputs['channels']['list'][number];

export function ChannelsPage() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [creating, setCreating] = useState(false);
  const [shown, setShown] = useQueryState('channel');
  const channels = useQuery(trpc.channels.list.queryOptions(undefined, { refetchInterval: 5000 }));
  const onSettled = () => queryClient.invalidateQueries(trpc.channels.pathFilter());
  const onError = (error: unknown) => void toast.error('The channel stays as it was', { description: explainError(error).message });
  const change = useMutation(trpc.channels.change.mutationOptions({ onError, onSettled }));
  const remove = useMutation(
    trpc.channels.remove.mutationOptions({ onSuccess: () => void toast('The channel is removed'), onError, onSettled }),
  );
  const test = useMutation(
    trpc.channels.test.mutationOptions({
      onSuccess: (_answer, { channelId }) => {
        toast('A test message is on its way');
        void setShown(channelId);
      },
      onError,
      onSettled,
    }),
  );
  const channel = channels.data?.find(({ id }) => id === shown);
  return (
    <>
      <PageHeader
        crumbs={[{ href: '/alarms', label: 'Alarms' }]}
        title="Notification channels"
        lead="Each alarm goes to every channel that takes its priority. Messages are kept until they have arrived, or have failed too often."
        actions={
          <Button variant="primary" onClick={() => setCreating(true)}>
            Add a channel
          </Button>
        }
      />
      <Panel title="Channels" flush>
        <QueryState query={channels} loading="Loading channels" rows={3} failed="The channels could not be read" />
        {channels.data?.length === 0 && (
          <EmptyState title="No channel yet">Nobody is told of alarms outside this page. Add a webhook or an e-mail address.</EmptyState>
        )}
        {channels.data && channels.data.length > 0 && (
          <ChannelsTable
            channels={channels.data}
            shown={channel?.id ?? null}
            onShow={(id) => void setShown(id)}
            onTest={({ id }) => test.mutate({ channelId: id })}
            onSwitch={({ id, enabled }) => change.mutate({ channelId: id, enabled: !enabled })}
            onRemove={({ id }, done) => remove.mutate({ channelId: id }, { onSettled: done })}
            isRemoving={remove.isPending}
          />
        )}
      </Panel>
      {channel && <DeliveryLog channel={channel} />}
      <CreateChannelDialog open={creating} onOpenChange={setCreating} onCreated={onSettled} />
    </>
  );
}
