import type { CsvColumn } from '../csv/csv-text';
import type { RouterOutputs } from '../trpc/client';
import { boundWords } from './bound-words';

export type OverrideRow = RouterOutputs['overrides']['browse']['rows'][number];

/** What an export of the register has of each override, times in UTC. */
export const REGISTER_CSV: readonly CsvColumn<OverrideRow>[] = [
  ['override', (row) => row.id],
  ['batch', (row) => row.batchId],
  ['state', (row) => row.state],
  ['outcome', (row) => row.outcome],
  ['break_glass', (row) => String(row.breakGlass)],
  ['site', (row) => row.site.code],
  ['block', (row) => row.gateway.block],
  ['crane', (row) => row.gateway.crane],
  ['gateway', (row) => row.gateway.name],
  ['operation', (row) => row.operation],
  ['job', (row) => row.jobId],
  ['bounds', (row) => row.bounds.map((one) => `${one.constraint} ${boundWords(one)}`).join('; ')],
  ['duration_seconds', (row) => String(row.durationSeconds)],
  ['reason_code', (row) => row.reasonCode],
  ['reason', (row) => row.reason],
  ['requester', (row) => row.requester],
  ['requested_utc', (row) => row.requestedAt.toISOString()],
  ['approvers', (row) => row.approvers.join('; ')],
  ['approved_utc', (row) => row.approvedAt?.toISOString()],
  ['expires_utc', (row) => row.expiresAt?.toISOString()],
  ['used_utc', (row) => row.grants.flatMap(({ usedAt }) => (usedAt ? [usedAt.toISOString()] : [])).join('; ')],
  ['ended_utc', (row) => row.endedAt?.toISOString()],
  ['ended_by', (row) => row.endedBy],
  ['end_reason', (row) => row.endReason],
  ['reviewer', (row) => row.reviewer],
  ['reviewed_utc', (row) => row.reviewedAt?.toISOString()],
];
