'use client';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../kit/button';
import { explainError } from '../trpc/errors';
import { type CsvColumn, csvText } from './csv-text';
import { saveFile } from './save-file';

type Props<Row, Cursor> = {
  /** What the rows are: begins the name of the file, and ends the message. */
  what: string;
  columns: readonly CsvColumn<Row>[];
  /** The next rows; null begins. */
  read: (cursor: Cursor | null) => Promise<{ rows: Row[]; nextCursor: Cursor | null }>;
  disabled: boolean;
};

/** Saves every row that the filter matches, in the order shown, as CSV with UTC times. */
export function ExportButton<Row, Cursor>({ what, columns, read, disabled }: Props<Row, Cursor>) {
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    try {
      const rows: Row[] = [];
      let cursor: Cursor | null = null;
      do {
        const page: { rows: Row[]; nextCursor: Cursor | null } = await read(cursor);
        rows.push(...page.rows);
        cursor = page.nextCursor;
      } while (cursor);
      saveFile(
        `${what}-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}Z.csv`,
        csvText(columns, rows),
        'text/csv;charset=utf-8',
      );
      toast(`${rows.length.toLocaleString('en-GB')} ${what} exported`);
    } catch (error) {
      toast.error('The export failed', { description: explainError(error).message });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button busy={busy} disabled={disabled} onClick={() => void run()}>
      {!busy && <Download aria-hidden className="size-3.5" />}
      Export CSV
    </Button>
  );
}
