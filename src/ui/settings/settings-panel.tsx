'use client';
import { useQuery } from '@tanstack/react-query';
import { useCan } from '../access/access';
import { ErrorState, LoadingState } from '../kit/states';
import { useTRPC } from '../trpc/client';
import { explainError } from '../trpc/errors';
import { SettingsForm } from './settings-form';

/** The settings of a gateway; who may not change them sees them all the same. */
export function SettingsPanel({ gatewayId, siteId }: { gatewayId: string; siteId: string }) {
  const trpc = useTRPC();
  const can = useCan();
  const query = useQuery(trpc.settings.read.queryOptions({ gatewayId }));
  if (query.data) return <SettingsForm gatewayId={gatewayId} settings={query.data} canWrite={can('settings.write', siteId)} />;
  return query.isError ? (
    <ErrorState title="The settings could not be read" {...explainError(query.error)} onRetry={() => void query.refetch()} />
  ) : (
    <LoadingState label="Loading settings" rows={14} />
  );
}
