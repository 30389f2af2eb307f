'use client';
import Link from 'next/link';
import { Age } from '../kit/age';
import { CopyId } from '../kit/copy-id';
import { Countdown } from '../kit/countdown';
import { type Fact, Facts } from '../kit/facts';
import { Mark } from '../kit/mark';
import { Notice } from '../kit/notice';
import { Panel } from '../kit/panel';
import { Time } from '../kit/time';
import type { RouterOutputs } from '../trpc/client';
import { grantWords } from './grant-words';
import { OverrideBars } from './override-bars';
import { OverrideHistory } from './override-history';
import { durationWords, OPERATION_WORDS, overrideWords, reasonWords } from './override-words';
import { SurroundingsPanel } from './surroundings-panel';

export type Override = RouterOutputs['overrides']['byId'];
const LINK = 'inline-flex min-h-6 items-center font-mono text-xs underline-offset-2 hover:underline';

/** All of one override: what it relaxes with live values, who asks and why, what stands around it, what has happened. */
export function OverrideCard({ override }: { override: Override }) {
  return (
    <div className="flex flex-col gap-3">
      <Standing override={override} />
      <OverrideBars override={override} />
      <Panel title="The request">
        <Facts facts={requestFacts(override)} />
      </Panel>
      <SurroundingsPanel overrideId={override.id} zone={override.site.timezone} />
      <OverrideHistory override={override} />
    </div>
  );
}

/** Where it stands, and what that means now. */
function Standing({ override }: { override: Override }) {
  const { state } = override;
  if (state === 'requested') {
    return (
      <Notice
        priority="info"
        title={
          <>
            Lapses in <Countdown until={override.lapsesAt} over="a moment" />
          </>
        }
      >
        {override.approversNeeded === 1 ? 'One person' : `${override.approversNeeded} persons`} other than the requester must approve
        {override.approvals.length > 0 && <>; {override.approvals.map((one) => one.approver).join(', ')} did</>}. Approving puts exactly
        this in force, for {durationWords(override.durationSeconds)} at most; the gateway still decides by its own sources, and hard limits
        stay.
      </Notice>
    );
  }
  if (state === 'approved' || state === 'active') {
    return (
      <Notice
        priority="p2"
        title={<>In force; ends in {override.expiresAt ? <Countdown until={override.expiresAt} over="a moment" /> : 'a while'}</>}
      >
        <ul>
          {override.grants.map((grant) => {
            const { label, priority } = grantWords(grant);
            return (
              <li key={grant.id}>
                <Mark priority={priority}>{label}</Mark>
              </li>
            );
          })}
        </ul>
      </Notice>
    );
  }
  if (state === 'review_due') {
    return (
      <Notice
        priority="p2"
        title={<>Review due in {override.reviewDueAt ? <Countdown until={override.reviewDueAt} over="0 s: it is overdue" /> : '24 h'}</>}
      >
        {override.requester} enabled this alone. Someone else looks at what happened and closes the review.
      </Notice>
    );
  }
  if (override.actWaits) {
    return (
      <Notice priority="p2" title="Used, but the gateway has not done it yet">
        {OPERATION_WORDS[override.operation]} of {override.jobId ?? 'its job'} still waits. Revoke now, and the gateway does not do it under
        this override.
      </Notice>
    );
  }
  return (
    <Notice priority="none" title={overrideWords(override.outcome ?? state).label}>
      {override.endedAt && (
        <>
          <Time at={override.endedAt} zone={override.site.timezone} withDate />
          {override.endedBy && ` by ${override.endedBy}`}
        </>
      )}
      {override.endReason && <>: {override.endReason}</>}
      {override.reviewText && (
        <p>
          Reviewed by {override.reviewer}: {override.reviewText}
        </p>
      )}
    </Notice>
  );
}

function requestFacts(override: Override): Fact[] {
  const zone = override.site.timezone;
  const { gateway } = override;
  return [
    {
      label: 'Asked for by',
      value: (
        <>
          <strong className="font-semibold">{override.requester}</strong>, <Time at={override.requestedAt} zone={zone} withDate />{' '}
          <Age at={override.requestedAt} suffix="ago" />
        </>
      ),
    },
    {
      label: 'Gateway',
      value: (
        <span className="flex flex-wrap items-center gap-x-3">
          <Link prefetch={false} href={`/gateways/${gateway.id}`} className={LINK}>
            {gateway.name}
          </Link>
          <span className="text-xs text-muted">
            {gateway.block && `${gateway.block} ▸ `}
            {gateway.crane}
          </span>
          {!gateway.connected && <Mark priority="p3">offline</Mark>}
        </span>
      ),
    },
    { label: 'For', value: OPERATION_WORDS[override.operation] },
    {
      label: 'Job',
      value: override.jobId ? (
        <Link prefetch={false} href={`/jobs/${override.jobId}`} className={LINK}>
          {override.jobId}
        </Link>
      ) : (
        <span className="text-muted">None: for whatever job the gateway runs then</span>
      ),
    },
    { label: 'Duration', value: `${durationWords(override.durationSeconds)} from the approval on, and usable once` },
    {
      label: 'Reason',
      value: (
        <>
          {reasonWords(override.reasonCode)}: {override.reason}
        </>
      ),
    },
    {
      label: 'Measures',
      value: (
        <ul className="list-disc pl-4">
          {override.measures.map((measure) => (
            <li key={measure}>{measure}</li>
          ))}
        </ul>
      ),
    },
    { label: 'Policy', value: `version ${override.policyVersion}` },
    {
      label: 'Request hash',
      value: <CopyId value={override.requestHash} shown={override.requestHash.slice(0, 16)} label="request hash" />,
    },
  ];
}
