/** Used overrides whose act their gateway has not begun: a revocation still prevents it. */
import { operationOf } from '#/domain/jobs/operations';
import type { JobState } from '#/domain/jobs/job-machine';
import { actStillWaits } from '#/domain/safety/act-waits';
import { operationClassSchema } from '#/domain/safety/bounds';
import type { Db, Tx } from '../db/client';

type Row = {
  id: string;
  outcome: string | null;
  operation: string;
  jobId: string | null;
  grants: readonly { usedByJobId: string | null }[];
};

/** The ids among `rows`, by what the agents have reported of their jobs so far. */
export async function waitingActs(db: Db | Tx, rows: readonly Row[]): Promise<ReadonlySet<string>> {
  const used = rows.filter((row) => row.outcome === 'used').map((row) => ({ ...row, jobIds: jobsOf(row) }));
  const ids = used.flatMap((row) => row.jobIds);
  if (ids.length === 0) return new Set();
  const jobs = await db.job.findMany({
    where: { id: { in: ids }, finishedAt: null },
    select: { id: true, state: true, heldState: true, operation: true, waitingFor: true },
  });
  const waits = used.filter((row) =>
    jobs.some(({ id, state, heldState, operation, waitingFor }) => {
      const position = { state: state as JobState, heldState: heldState as JobState | null };
      const act = operationClassSchema.parse(row.operation);
      return row.jobIds.includes(id) && actStillWaits(act, { position, operation: operationOf(operation), waitingFor });
    }),
  );
  return new Set(waits.map((row) => row.id));
}

/** Of the job that used it; a request for one job is used by no other. */
function jobsOf({ jobId, grants }: Row): string[] {
  return [...new Set([jobId, ...grants.map((one) => one.usedByJobId)].filter((id) => id !== null))];
}
