import { explainError } from '../trpc/errors';
import { ErrorState, LoadingState } from './states';

export type ReadState = { isPending: boolean; isError: boolean; data: unknown; error: unknown; refetch: () => unknown };

type Props = {
  query: ReadState;
  /** Announced while it is awaited. */
  loading: string;
  /** Grey lines meanwhile. */
  rows?: number;
  /** What could not be read. */
  failed: string;
};

/** In place of what a read has not brought yet: that it is awaited, or why it failed. Nothing once there is an answer, however old. */
export function QueryState({ query, loading, rows, failed }: Props) {
  if (query.data !== undefined) return null;
  if (query.isPending) return <LoadingState label={loading} rows={rows} />;
  return query.isError ? <ErrorState title={failed} {...explainError(query.error)} onRetry={() => void query.refetch()} /> : null;
}
