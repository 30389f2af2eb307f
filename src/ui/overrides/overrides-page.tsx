'use client';
/** Overrides: what waits for someone, what is in force, and the register of all there ever were. */
import { useQuery } from '@tanstack/react-query';
import { useQueryState, useQueryStates } from 'nuqs';
import { PageHeader } from '../kit/page-header';
import { Tabs } from '../kit/tabs';
import { useTRPC } from '../trpc/client';
import { ActiveTab } from './active-tab';
import { OverrideDrawer } from './override-drawer';
import { type OverrideTab, overrideParsers } from './overrides-state';
import { RegisterTab } from './register-tab';
import { WaitingTab } from './waiting-tab';

export function OverridesPage() {
  const trpc = useTRPC();
  const [{ tab }, setState] = useQueryStates({ tab: overrideParsers.tab });
  const [site] = useQueryState('site', overrideParsers.site);
  const now = useQuery(trpc.overrides.inForce.queryOptions()).data;
  const mine = now ? now.toApprove + now.toReview : 0;
  return (
    <>
      <PageHeader
        title="Overrides"
        lead={
          <span aria-live="polite">
            {now === undefined
              ? 'Counting …'
              : mine === 0
                ? 'Nothing waits for you.'
                : `${mine} ${mine === 1 ? 'waits' : 'wait'} for you: ${now.toApprove} to approve or reject, ${now.toReview} to review.`}
          </span>
        }
      />
      <Tabs
        label="Kinds of overrides"
        value={tab}
        onValueChange={(next) => void setState({ tab: next as OverrideTab })}
        items={[
          { value: 'waiting', label: 'Waiting', content: <WaitingTab siteCode={site} /> },
          { value: 'active', label: now ? `In force (${now.inForce.length})` : 'In force', content: <ActiveTab siteCode={site} /> },
          { value: 'register', label: 'Register', content: <RegisterTab /> },
        ]}
      />
      <OverrideDrawer />
    </>
  );
}
