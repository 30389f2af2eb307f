'use client';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { saveFile } from '../gateways/save-file';
import { Button } from '../kit/button';
import { useTRPCClient } from '../trpc/client';
import { explainError } from '../trpc/errors';
import type { registerInput } from './overrides-state';
import { type OverrideRow, registerCsv } from './register-csv';

/** Rows per read while exporting. */
const READ_ROWS = 200;

/** Saves every override that the filter matches, newest first, as CSV with UTC times. */
export function RegisterExport({ input, empty }: { input: ReturnType<typeof registerInput>; empty: boolean }) {
  const client = useTRPCClient();
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    try {
      const rows: OverrideRow[] = [];
      let cursor: { at: Date; id: string } | null = null;
      do {
        const page: Awaited<ReturnType<typeof client.overrides.browse.query>> = await client.overrides.browse.query({
          ...input,
          limit: READ_ROWS,
          cursor,
        });
        rows.push(...page.rows);
        cursor = page.nextCursor;
      } while (cursor);
      saveFile(`overrides-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}Z.csv`, registerCsv(rows), 'text/csv;charset=utf-8');
      toast(`${rows.length.toLocaleString('en-GB')} overrides exported`);
    } catch (error) {
      toast.error('The export failed', { description: explainError(error).message });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button busy={busy} disabled={empty} onClick={() => void run()}>
      {!busy && <Download aria-hidden className="size-3.5" />}
      Export CSV
    </Button>
  );
}
