'use client';
import { useState } from 'react';
import { TOPIC_WORDS, type Topic } from '#/domain/notifications/topics';
import { Age } from '../kit/age';
import { Button } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { Mark } from '../kit/mark';
import { CELL, PlainTable } from '../kit/plain-table';
import type { ChannelRow } from './channels-page';

type Props = {
  channels: readonly ChannelRow[];
  /** The one whose log is open. */
  shown: string | null;
  onShow: (id: string | null) => void;
  onTest: (channel: ChannelRow) => void;
  onSwitch: (channel: ChannelRow) => void;
  /** Calls back when it is done, and the list read again. */
  onRemove: (channel: ChannelRow, done: () => void) => void;
  isRemoving: boolean;
};

export function ChannelsTable({ channels, shown, onShow, onTest, onSwitch, onRemove, isRemoving }: Props) {
  const [removing, setRemoving] = useState<ChannelRow | null>(null);
  return (
    <>
      <PlainTable label="List of channels" titles={['Name', 'Sends to', 'What', 'Last sent', 'State', 'Actions']}>
        {channels.map((channel) => (
          <tr key={channel.id} className="hover:bg-hover">
            <th scope="row" className={`${CELL} text-left font-medium`}>
              {channel.name}
              <span className="block text-xs font-normal text-muted">{channel.siteCode ?? 'All sites'}</span>
            </th>
            <td className={`${CELL} text-xs`}>
              {channel.type === 'email' ? 'E-mail' : 'Webhook'}
              <span className="block max-w-72 truncate font-mono text-muted" title={channel.target}>
                {channel.target}
              </span>
            </td>
            <td className={`${CELL} text-xs`}>
              Alarms P1{channel.leastPriority > 1 && `–P${channel.leastPriority}`}
              {channel.topics.map((topic) => (
                <span key={topic} className="block text-muted">
                  {TOPIC_WORDS[topic as Topic] ?? topic}
                </span>
              ))}
            </td>
            <td className={`${CELL} text-xs`}>
              {channel.lastSentAt ? <Age at={channel.lastSentAt} suffix="ago" /> : <span className="text-muted">not yet</span>}
            </td>
            <td className={`${CELL} text-xs`}>
              <ChannelState channel={channel} />
            </td>
            <td className={CELL}>
              <span className="flex gap-1">
                <Button disabled={!channel.enabled} onClick={() => onTest(channel)} aria-label={`Test ${channel.name}`}>
                  Test
                </Button>
                <Button
                  variant="quiet"
                  aria-pressed={shown === channel.id}
                  onClick={() => onShow(shown === channel.id ? null : channel.id)}
                  aria-label={`Log of ${channel.name}`}
                >
                  Log
                </Button>
                <Button
                  variant="quiet"
                  onClick={() => onSwitch(channel)}
                  aria-label={`${channel.enabled ? 'Switch off' : 'Switch on'} ${channel.name}`}
                >
                  {channel.enabled ? 'Switch off' : 'Switch on'}
                </Button>
                <Button variant="quiet" onClick={() => setRemoving(channel)} aria-label={`Remove ${channel.name}`}>
                  Remove
                </Button>
              </span>
            </td>
          </tr>
        ))}
      </PlainTable>
      <Dialog
        open={removing !== null}
        onOpenChange={(open) => !open && setRemoving(null)}
        title={`Remove ${removing?.name}`}
        description="Nobody is told by it any more, and its secret is destroyed. This cannot be undone."
        footer={
          <>
            <Button onClick={() => setRemoving(null)}>Keep it</Button>
            <Button variant="danger" busy={isRemoving} onClick={() => removing && onRemove(removing, () => setRemoving(null))}>
              Remove the channel
            </Button>
          </>
        }
      >
        <p className="text-sm">Switch it off instead when it shall only be quiet for a while.</p>
      </Dialog>
    </>
  );
}

function ChannelState({ channel }: { channel: ChannelRow }) {
  if (!channel.enabled) return <Mark priority="none">Off</Mark>;
  if (channel.dead > 0) return <Mark priority="p2">{channel.dead} given up</Mark>;
  return <Mark priority="none">{channel.pending > 0 ? `${channel.pending} waiting` : 'On'}</Mark>;
}
