/** Keeps what lists filter by: last seen, network status and whether the interlocks would block a reboot. */
import { evaluateSafety } from '#/domain/safety/evaluate';
import { defaultSettings, gatewaySettingsSchema } from '#/domain/settings/gateway-settings';
import { getDb, getPool } from '#/server/db/client';
import { serverPolicy, signalSetOf } from '#/server/safety/evaluate-gateway';

const SQL = `
  UPDATE "Gateway" g SET "lastSeenAt" = now(), "networkStatus" = v.net, "safetyBlocked" = v.blocked,
    connected = TRUE, "connectedAt" = CASE WHEN g.connected THEN g."connectedAt" ELSE now() END,
    status = CASE WHEN g.status = 'offline' THEN 'online' ELSE g.status END
  FROM UNNEST($1::uuid[], $2::text[], $3::boolean[]) AS v(id, net, blocked) WHERE g.id = v.id`;

/** Evaluates the stored signals of gateways that have just been heard. */
export async function judgeGateways(gatewayIds: readonly string[]): Promise<void> {
  const gateways = await getDb().gateway.findMany({
    where: { id: { in: [...gatewayIds] } },
    select: { id: true, signals: true, settings: { select: { body: true } }, site: { select: { timezone: true } } },
    orderBy: { id: 'asc' },
  });
  const nowMs = Date.now();
  const judged = gateways.map((gateway) => {
    const stored = gatewaySettingsSchema.safeParse(gateway.settings?.body);
    const policy = serverPolicy(stored.success ? stored.data : defaultSettings(gateway.site.timezone));
    const evaluation = evaluateSafety(signalSetOf(gateway.signals), policy, 'O3', { nowMs, imageBytes: 0 });
    const network = evaluation.verdicts.find((verdict) => verdict.constraint === 'network_connectivity');
    return { id: gateway.id, network: network && network.level !== 'clear' ? 'degraded' : 'connected', blocked: !evaluation.allowed };
  });
  await getPool().query(SQL, [judged.map((one) => one.id), judged.map((one) => one.network), judged.map((one) => one.blocked)]);
}
