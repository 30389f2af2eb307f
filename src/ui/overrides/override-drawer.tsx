'use client';
import { useQuery } from '@tanstack/react-query';
import { useQueryState } from 'nuqs';
import { Dialog } from '../kit/dialog';
import { Badge } from '../kit/mark';
import { QueryState } from '../kit/query-state';
import { useTRPC } from '../trpc/client';
import { DecideButtons } from './decide-buttons';
import { OverrideCard } from './override-card';
import { overrideWords } from './override-words';
import { overrideParsers } from './overrides-state';

/** Behind the live hints. */
const POLL_MS = 10_000;

/** The card of the override that the URL names, beside the list: everything that an approver or a reviewer must see, and the decision. */
export function OverrideDrawer() {
  const [open, setOpen] = useQueryState('open', overrideParsers.open);
  return open === null ? null : <Drawer key={open} overrideId={open} onClose={() => void setOpen(null)} />;
}

function Drawer({ overrideId, onClose }: { overrideId: string; onClose: () => void }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.overrides.byId.queryOptions({ overrideId }, { refetchInterval: POLL_MS }));
  const override = query.data;
  const words = override && overrideWords(override.state);
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && onClose()}
      shape="drawer"
      wide
      title={
        <span className="flex flex-wrap items-center gap-2">
          <span className="font-mono">{overrideId}</span>
          {words && <Badge priority={words.priority}>{words.label}</Badge>}
          {override?.breakGlass && <Badge priority="p2">Break-glass</Badge>}
        </span>
      }
      description={override ? `${override.gateway.name}, ${override.site.name}` : 'An override'}
      footer={override && <DecideButtons override={override} />}
    >
      <QueryState query={query} loading="Loading the override" rows={12} failed="The override could not be read" />
      {override && <OverrideCard override={override} />}
    </Dialog>
  );
}
