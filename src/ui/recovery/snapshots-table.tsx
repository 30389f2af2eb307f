'use client';
import { formatBytes } from '../clock/format';
import { Button } from '../kit/button';
import { CopyId } from '../kit/copy-id';
import { Mark } from '../kit/mark';
import { CELL, PlainTable } from '../kit/plain-table';
import { Time } from '../kit/time';
import type { RouterOutputs } from '../trpc/client';
import { partsText, snapshotState } from './recovery-words';
import type { SnapshotRow } from './snapshots-panel';

const GONE = new Set(['deleted', 'expired', 'lost', 'failed']);

type Props = {
  rows: readonly SnapshotRow[];
  zone: string;
  may: RouterOutputs['recovery']['overview']['may'];
  onRestore: (row: SnapshotRow) => void;
  onDelete: (row: SnapshotRow) => void;
};

/** The list; what cannot be restored says why. */
export function SnapshotsTable({ rows, zone, may, onRestore, onDelete }: Props) {
  return (
    <PlainTable label="List of snapshots" titles={['Name', 'Made', 'Version', 'Has', 'Size', 'State', 'Actions']}>
      {rows.map((row) => (
        <tr key={row.id} className="hover:bg-hover">
          <th scope="row" className={`${CELL} min-w-48 text-left font-medium`}>
            {row.name}
            <span className="block font-normal whitespace-nowrap">
              <CopyId value={row.id} label={`id of ${row.name}`} />
            </span>
            {row.description && <span className="block max-w-72 text-xs font-normal text-muted">{row.description}</span>}
          </th>
          <td className={`${CELL} text-xs`}>
            <Time at={row.createdAt} zone={zone} withDate />
            <span className="block text-muted">
              {row.type === 'manual' ? 'by ' : 'by itself, '}
              {row.createdBy}
            </span>
          </td>
          <td className={`${CELL} font-mono text-xs`}>
            {row.version ?? '–'}
            {row.slot && <span className="block font-sans text-muted">slot {row.slot}</span>}
          </td>
          <td className={`${CELL} text-xs`}>{partsText(row.contents)}</td>
          <td className={`${CELL} tabular text-xs whitespace-nowrap`}>
            {row.sizeBytes === null ? '–' : formatBytes(row.sizeBytes)}
            <span className="block text-muted">{row.compression}</span>
          </td>
          <td className={`${CELL} text-xs`}>
            <Mark priority={snapshotState(row.state).priority}>{snapshotState(row.state).label}</Mark>
            {row.error && <span className="block max-w-64 text-muted">{row.error}</span>}
            {row.state === 'ready' && row.expiresAt && (
              <span className="block text-muted">
                until <Time at={row.expiresAt} zone={zone} withDate />
              </span>
            )}
          </td>
          <td className={CELL}>
            <span className="flex gap-1">
              {may.restore && !GONE.has(row.state) && (
                <Button
                  disabled={row.notRestorable !== null}
                  title={row.notRestorable ?? undefined}
                  onClick={() => onRestore(row)}
                  aria-label={`Restore ${row.name}`}
                >
                  Restore …
                </Button>
              )}
              {may.deleteSnapshot && (row.state === 'ready' || row.state === 'damaged') && (
                <Button variant="quiet" onClick={() => onDelete(row)} aria-label={`Delete ${row.name}`}>
                  Delete …
                </Button>
              )}
            </span>
            {row.notRestorable && !GONE.has(row.state) && <span className="block max-w-56 text-xs text-muted">{row.notRestorable}</span>}
          </td>
        </tr>
      ))}
    </PlainTable>
  );
}
