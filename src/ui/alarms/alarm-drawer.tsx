'use client';
/** One alarm: what to do, and everything that happened to it. */
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { Button } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { type Fact, Facts } from '../kit/facts';
import { Mark } from '../kit/mark';
import { Notice } from '../kit/notice';
import { QueryState } from '../kit/query-state';
import { Time } from '../kit/time';
import { useTRPC } from '../trpc/client';
import type { AlarmHandlers, ShownAlarm } from './alarm-columns';
import { AlarmHistory } from './alarm-history';
import { isShelvable, isUnseen, kindWords, markOf, STATE_WORDS } from './alarm-words';

type Props = { alarm: ShownAlarm | null; handlers: AlarmHandlers; onClose: () => void };

export function AlarmDrawer({ alarm, handlers, onClose }: Props) {
  return (
    <Dialog
      shape="drawer"
      open={alarm !== null}
      onOpenChange={(open) => !open && onClose()}
      title={alarm ? kindWords(alarm.kind).title : ''}
      description={alarm?.gatewayName ?? alarm?.siteCode}
      footer={alarm && <DrawerActions alarm={alarm} on={handlers} />}
    >
      {alarm && <AlarmDetail alarm={alarm} />}
    </Dialog>
  );
}

function DrawerActions({ alarm, on }: { alarm: ShownAlarm; on: AlarmHandlers }) {
  return (
    <>
      {isShelvable(alarm.state) && !alarm.isMember && on.mayShelve(alarm) && <Button onClick={() => on.shelve(alarm)}>Shelve …</Button>}
      {alarm.state === 'shelved' && on.mayShelve(alarm) && <Button onClick={() => on.unshelve(alarm)}>Take off the shelf</Button>}
      {isUnseen(alarm.state) && on.mayAcknowledge(alarm) && (
        <Button variant="primary" onClick={() => on.acknowledge(alarm)}>
          Acknowledge
        </Button>
      )}
    </>
  );
}

function AlarmDetail({ alarm }: { alarm: ShownAlarm }) {
  const trpc = useTRPC();
  const history = useQuery(trpc.alarms.history.queryOptions({ alarmId: alarm.id }));
  return (
    <div className="flex flex-col gap-4">
      <Notice priority={markOf(alarm)} title={alarm.message}>
        <p>
          <span className="text-muted">What to do: </span>
          {kindWords(alarm.kind).response}
        </p>
      </Notice>
      <Facts facts={factsOf(alarm)} />
      <QueryState query={history} loading="Loading the history" rows={4} failed="The history could not be read" />
      {history.data && <AlarmHistory history={history.data} zone={alarm.timezone} />}
    </div>
  );
}

function factsOf(alarm: ShownAlarm): Fact[] {
  const time = (at: Date) => <Time at={at} zone={alarm.timezone} seconds withDate />;
  const facts: (Fact | null)[] = [
    { label: 'Priority', value: <Mark priority={markOf(alarm)}>P{alarm.priority}</Mark> },
    { label: 'State', value: STATE_WORDS[alarm.state] },
    { label: 'First raised', value: time(alarm.raisedAt) },
    alarm.occurrences > 1
      ? {
          label: 'Last raised',
          value: (
            <>
              {time(alarm.lastRaisedAt)} · {alarm.occurrences} times
            </>
          ),
        }
      : null,
    alarm.clearedAt && { label: 'Condition gone', value: time(alarm.clearedAt) },
    alarm.acknowledgedAt && {
      label: 'Acknowledged',
      value: (
        <>
          {time(alarm.acknowledgedAt)} by {alarm.acknowledgedBy}
        </>
      ),
    },
    alarm.shelvedUntil && {
      label: 'Shelved until',
      value: (
        <>
          {time(alarm.shelvedUntil)} by {alarm.shelvedBy}: {alarm.shelfReason}
        </>
      ),
    },
    alarm.members > 0 ? { label: 'Group', value: `${alarm.members} gateways, ${alarm.membersPresent} still away` } : null,
    alarm.gatewayId ? { label: 'Gateway', value: <LinkTo href={`/gateways/${alarm.gatewayId}`}>{alarm.gatewayName}</LinkTo> } : null,
    alarm.jobId ? { label: 'Job', value: <LinkTo href={`/jobs/${alarm.jobId}`}>{alarm.jobId}</LinkTo> } : null,
  ];
  return facts.filter((fact) => fact !== null);
}

function LinkTo({ href, children }: { href: string; children: React.ReactNode }) {
  return (
    <Link href={href} className="inline-flex min-h-6 items-center font-mono text-xs underline underline-offset-2">
      {children}
    </Link>
  );
}
