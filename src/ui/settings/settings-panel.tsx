'use client';
import { useQuery } from '@tanstack/react-query';
import { useCan } from '../access/access';
import { QueryState } from '../kit/query-state';
import { useTRPC } from '../trpc/client';
import { SettingsForm } from './settings-form';

/** The settings of a gateway; who may not change them sees them all the same. */
export function SettingsPanel({ gatewayId, siteId }: { gatewayId: string; siteId: string }) {
  const trpc = useTRPC();
  const can = useCan();
  const query = useQuery(trpc.settings.read.queryOptions({ gatewayId }));
  if (query.data) return <SettingsForm gatewayId={gatewayId} settings={query.data} canWrite={can('settings.write', siteId)} />;
  return <QueryState query={query} loading="Loading settings" rows={14} failed="The settings could not be read" />;
}
