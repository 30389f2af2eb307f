/** Safety alerts for WebSocket clients: told when a constraint begins, or ceases, to block a gateway on which a job runs. */
import type { Verdict } from '#/domain/safety/evaluate';
import type { Constraint } from '#/domain/safety/signals';
import { getPool } from '#/server/db/client';
import { HINT_CHANNEL } from '#/server/db/hint';

export type Judgement = { gatewayId: string; siteId: string; verdicts: readonly Verdict[]; blocking: readonly Verdict[] };
export type SafetyAlerts = { tell(judgements: readonly Judgement[]): Promise<void> };

const VIOLATED: Record<Constraint, string> = {
  crane_motion: 'Crane movement detected during update',
  acs_collision: 'Anti-collision system warns during update',
  ups_battery: 'Battery too low during update',
  network_connectivity: 'Network connection degraded during update',
  disk_space: 'Disk space too low during update',
};

/** Of a job that runs. Who was told the same last (by the job's own hold, or by another controller) is not told again. */
const SQL = `
  WITH change AS (
    SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::jsonb[]) AS c(gateway, site, "constraint", status, payload)
  ), told AS (
    INSERT INTO "StreamEvent" ("gatewayId", "siteId", type, payload)
    SELECT c.gateway, c.site, 'safety_alert', c.payload || jsonb_build_object('job_id', j.id)
    FROM change c JOIN "Job" j ON j."gatewayId" = c.gateway AND j."finishedAt" IS NULL AND NOT (j.state = 'downloaded' AND j.intent = 'download')
    WHERE c.status <> COALESCE((SELECT e.payload->>'status' FROM "StreamEvent" e WHERE e."gatewayId" = c.gateway AND e.type = 'safety_alert'
      AND e.payload->>'constraint' = c."constraint" AND e.payload->>'job_id' = j.id ORDER BY e.id DESC LIMIT 1), 'cleared')
    RETURNING id, "gatewayId", "siteId"
  )
  SELECT pg_notify($6, json_build_object('kind', 'stream', 'eventId', id::text, 'gatewayId', "gatewayId", 'siteId', "siteId")::text) FROM told`;

/** Remembers what blocked each gateway when it was judged last; what blocks at the first look is no news. */
export function createSafetyAlerts(): SafetyAlerts {
  const blockedBy = new Map<string, ReadonlySet<Constraint>>();
  return {
    async tell(judgements) {
      const changes = judgements.flatMap((judgement) => {
        const before = blockedBy.get(judgement.gatewayId);
        const now = constraintsOf(judgement);
        return judgement.verdicts
          .filter(({ constraint }) => before && before.has(constraint) !== now.has(constraint))
          .map((verdict) => ({ ...judgement, verdict, status: now.has(verdict.constraint) ? 'violated' : 'cleared' }));
      });
      if (changes.length > 0) await write(changes);
      // Only when it is written: what failed is seen as a change again next time.
      for (const judgement of judgements) blockedBy.set(judgement.gatewayId, constraintsOf(judgement));
    },
  };
}

type Change = Judgement & { verdict: Verdict; status: string };

function constraintsOf(judgement: Judgement): ReadonlySet<Constraint> {
  return new Set(judgement.blocking.map(({ constraint }) => constraint));
}

async function write(changes: readonly Change[]): Promise<void> {
  const column = <T>(read: (change: Change) => T): T[] => changes.map(read);
  await getPool().query(SQL, [
    column((change) => change.gatewayId),
    column((change) => change.siteId),
    column((change) => change.verdict.constraint),
    column((change) => change.status),
    column((change) => JSON.stringify(payloadOf(change.verdict, change.status))),
    HINT_CHANNEL,
  ]);
}

/** The seed's fields, with the value and its limit beside them. */
function payloadOf(verdict: Verdict, status: string): Record<string, unknown> {
  const { constraint, value, limit, reason, level, clearsWhen } = verdict;
  const violated = status === 'violated';
  return {
    constraint,
    status,
    message: violated ? VIOLATED[constraint] : 'The constraint is within its limits again',
    severity: !violated ? 'info' : level === 'hard' ? 'critical' : 'warning',
    action_required: violated,
    suggested_action: violated ? `Pause update or wait until ${clearsWhen}` : 'None',
    reason,
    value,
    limit,
  };
}
