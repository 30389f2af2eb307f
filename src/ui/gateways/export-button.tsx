'use client';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../kit/button';
import { useTRPCClient } from '../trpc/client';
import { explainError } from '../trpc/errors';
import type { browseInput } from './list-state';
import { saveFile } from './save-file';
import { gatewaysCsv } from './gateways-csv';
import type { GatewayRow } from './gateway-columns';

/** Rows per read while exporting. */
const READ_ROWS = 500;

/** Saves every row that the filter matches, in the order shown, as CSV with UTC times. */
export function ExportButton({ input, total }: { input: ReturnType<typeof browseInput>; total: number }) {
  const client = useTRPCClient();
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    try {
      const rows: GatewayRow[] = [];
      let cursor: { key: string; name: string } | null = null;
      do {
        const page: Awaited<ReturnType<typeof client.gateways.browse.query>> = await client.gateways.browse.query({
          ...input,
          limit: READ_ROWS,
          cursor,
        });
        rows.push(...page.rows);
        cursor = page.nextCursor;
      } while (cursor);
      saveFile(`gateways-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}Z.csv`, gatewaysCsv(rows), 'text/csv;charset=utf-8');
      toast(`${rows.length.toLocaleString('en-GB')} gateways exported`);
    } catch (error) {
      toast.error('The export failed', { description: explainError(error).message });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button busy={busy} disabled={total === 0} onClick={() => void run()}>
      {!busy && <Download aria-hidden className="size-3.5" />}
      Export CSV
    </Button>
  );
}
