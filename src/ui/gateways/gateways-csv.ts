import type { GatewayRow } from './gateway-columns';

const COLUMNS: readonly [string, (row: GatewayRow) => string | null][] = [
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

/** The rows as CSV (RFC 4180, CRLF, header line). */
export function gatewaysCsv(rows: readonly GatewayRow[]): string {
  const lines = [COLUMNS.map(([name]) => name), ...rows.map((row) => COLUMNS.map(([, value]) => value(row) ?? ''))];
  return `${lines.map((cells) => cells.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

/** Quotes where needed. A leading = + - @ would be run as a formula by a spreadsheet: it gets an apostrophe. */
export function csvCell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
