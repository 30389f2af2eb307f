/** Looks at gateways in turn, the longest unseen first: sooner at those that update themselves, and at all after a publication. */
import { getPool } from '#/server/db/client';
import { autoUpdate } from '#/server/releases/auto-update';
import { eachByItself } from './each-by-itself';

const AT_ONCE = 200;

const DUE = `
  SELECT g.id FROM "Gateway" g LEFT JOIN "GatewaySettings" s ON s."gatewayId" = g.id
  WHERE g.connected AND g."activeVersion" IS NOT NULL AND (
    g."lastCheckAt" IS NULL
    OR g."lastCheckAt" < now() - interval '1 hour'
    OR g."lastCheckAt" < (SELECT max(at) FROM "ReleaseEvent" WHERE kind IN ('published', 'promoted') AND at > now() - interval '2 hours')
    OR g."lastCheckAt" < s."updatedAt"
    OR (s.body #>> '{auto_update,enabled}' = 'true' AND g."lastCheckAt" < now() - interval '1 minute')
  )
  ORDER BY g."lastCheckAt" NULLS FIRST LIMIT ${AT_ONCE}`;

/** Returns how many jobs were ordered. */
export async function updateByItself(): Promise<number> {
  const { rows } = await getPool().query<{ id: string }>(DUE);
  return eachByItself('automatic updates', rows, async ({ id }) => ((await autoUpdate(id)) === 'none' ? 0 : 1));
}
