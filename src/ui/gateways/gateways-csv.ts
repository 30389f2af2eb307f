import type { CsvColumn } from '../csv/csv-text';
import type { GatewayRow } from './gateway-columns';

/** What an export of the list has of each gateway, times in UTC. */
export const GATEWAYS_CSV: readonly CsvColumn<GatewayRow>[] = [
  ['gateway', (row) => row.name],
  ['gateway_id', (row) => row.id],
  ['site', (row) => row.siteCode],
  ['block', (row) => row.block],
  ['crane', (row) => row.crane],
  ['crane_kind', (row) => row.kind],
  ['model', (row) => row.model],
  ['hardware_revision', (row) => row.hardwareRevision],
  ['serial_number', (row) => row.serialNumber],
  ['status', (row) => row.status],
  ['network', (row) => row.networkStatus],
  ['active_version', (row) => row.activeVersion],
  ['active_slot', (row) => row.activeSlot],
  ['reboot_blocked', (row) => String(row.safetyBlocked)],
  ['job', (row) => row.jobId],
  ['job_state', (row) => row.jobState],
  ['job_version', (row) => row.jobToVersion],
  ['last_seen_utc', (row) => row.lastSeenAt?.toISOString() ?? null],
];
