'use client';
/** Level 3: one gateway. What holds it comes first, then what it is and what it did. */
import { useQuery } from '@tanstack/react-query';
import { useQueryState } from 'nuqs';
import { QueryState } from '../kit/query-state';
import { Tabs } from '../kit/tabs';
import { useLiveScope } from '../live/live-context';
import { LogPanel } from '../logs/log-panel';
import { RecoveryTab } from '../recovery/recovery-tab';
import { SettingsPanel } from '../settings/settings-panel';
import { TimelinePanel } from '../timeline/timeline-panel';
import { useTRPC } from '../trpc/client';
import { GatewayHeader } from './gateway-header';
import { GatewayJobs } from './gateway-jobs';
import { type GatewayTab, tabParser } from './gateway-page-state';
import { StatusTab } from './status-tab';
import { VitalsTab } from './vitals-tab';

export function GatewayPage({ gatewayId }: { gatewayId: string }) {
  const trpc = useTRPC();
  useLiveScope('gateway', gatewayId);
  const [tab, setTab] = useQueryState('tab', tabParser);
  const query = useQuery(trpc.gateways.byId.queryOptions({ gatewayId }));
  const gateway = query.data;
  if (!gateway) {
    return <QueryState query={query} loading="Loading the gateway" rows={12} failed="The gateway could not be read" />;
  }
  const zone = gateway.site.timezone;
  return (
    <>
      <GatewayHeader gateway={gateway} />
      <Tabs
        label="Parts of this gateway"
        value={tab}
        onValueChange={(next) => void setTab(next as GatewayTab)}
        items={[
          { value: 'status', label: 'Status', content: <StatusTab gateway={gateway} /> },
          { value: 'vitals', label: 'Vitals', content: <VitalsTab gatewayId={gatewayId} zone={zone} /> },
          { value: 'jobs', label: 'Jobs', content: <GatewayJobs gatewayId={gatewayId} /> },
          { value: 'recovery', label: 'Recovery', content: <RecoveryTab gateway={gateway} /> },
          { value: 'timeline', label: 'Timeline', content: <TimelinePanel gatewayId={gatewayId} zone={zone} /> },
          { value: 'log', label: 'Log', content: <LogPanel gatewayId={gatewayId} zone={zone} /> },
          { value: 'settings', label: 'Settings', content: <SettingsPanel gatewayId={gatewayId} siteId={gateway.siteId} /> },
        ]}
      />
    </>
  );
}
