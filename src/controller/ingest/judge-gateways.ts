/** Keeps what lists filter by: last seen, network status and whether the interlocks would block a reboot. */
import { evaluateSafety } from '#/domain/safety/evaluate';
import { defaultSettings, gatewaySettingsSchema } from '#/domain/settings/gateway-settings';
import { getDb, getPool } from '#/server/db/client';
import { SHIPPED_SITE_POLICY } from '#/domain/safety/site-policy';
import { serverPolicy, signalSetOf } from '#/server/safety/evaluate-gateway';
import { readSitePolicies } from '#/server/safety/site-policy';
import { revokePastBounds } from './past-bounds';
import { setConnected } from './presence';
import { createSafetyAlerts } from './safety-alerts';
import { writeSafetyBlocks } from './safety-blocks';
import type { Heard } from './telemetry-batch';

const alerts = createSafetyAlerts();

/** Locked in one order: several controllers may write the same gateways. */
const SQL = `
  WITH locked AS (SELECT id FROM "Gateway" WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE)
  UPDATE "Gateway" g SET "lastSeenAt" = GREATEST(g."lastSeenAt", v.heard), "networkStatus" = v.net, "safetyBlocked" = v.blocked,
    "safetyNonce" = COALESCE(v.nonce, g."safetyNonce"), "safetyBootId" = COALESCE(v.boot, g."safetyBootId"),
    "safetyNonceAt" = CASE WHEN v.nonce IS NULL THEN g."safetyNonceAt" ELSE v.heard END
  FROM UNNEST($1::uuid[], $2::timestamptz[], $3::text[], $4::boolean[], $5::text[], $6::text[]) AS v(id, heard, net, blocked, nonce, boot) JOIN locked ON locked.id = v.id
  WHERE g.id = v.id AND g.connected`;

/** Evaluates the stored signals of gateways that have been heard; one that counted as offline is online again. */
export async function judgeGateways(heard: readonly Pick<Heard, 'gatewayId' | 'heardAtMs' | 'nonce'>[]): Promise<void> {
  const heardAtMs = new Map(heard.map((one) => [one.gatewayId, one.heardAtMs]));
  const nonces = new Map(heard.map((one) => [one.gatewayId, one.nonce]));
  const gateways = await getDb().gateway.findMany({
    where: { id: { in: [...heardAtMs.keys()] } },
    select: {
      id: true,
      siteId: true,
      connected: true,
      disconnectedAt: true,
      signals: true,
      settings: { select: { body: true } },
      site: { select: { timezone: true } },
    },
    orderBy: { id: 'asc' },
  });
  for (const { id, connected, disconnectedAt } of gateways) {
    // What was said before it went, and is written only now, is no sign of life.
    if (!connected && (heardAtMs.get(id) ?? 0) > (disconnectedAt?.getTime() ?? 0)) await setConnected(id, true);
  }
  const nowMs = Date.now();
  const policies = await readSitePolicies(
    getDb(),
    gateways.map((gateway) => gateway.siteId),
  );
  const judged = gateways.map((gateway) => {
    const stored = gatewaySettingsSchema.safeParse(gateway.settings?.body);
    const site = policies.get(gateway.siteId)?.policy ?? SHIPPED_SITE_POLICY;
    const policy = serverPolicy(stored.success ? stored.data : defaultSettings(gateway.site.timezone), site);
    const signals = signalSetOf(gateway.signals);
    const evaluation = evaluateSafety(signals, policy, 'O3', { nowMs, imageBytes: 0 });
    const network = evaluation.verdicts.find((verdict) => verdict.constraint === 'network_connectivity');
    const { id, siteId } = gateway;
    const blocked = !evaluation.allowed;
    return {
      ...evaluation,
      signals,
      policy,
      id,
      gatewayId: id,
      siteId,
      blocked,
      network: network && network.level !== 'clear' ? 'degraded' : 'connected',
    };
  });
  await getPool().query(SQL, [
    judged.map((one) => one.id),
    judged.map((one) => new Date(heardAtMs.get(one.id) ?? nowMs)),
    judged.map((one) => one.network),
    judged.map((one) => one.blocked),
    judged.map((one) => nonces.get(one.id)?.value ?? null),
    judged.map((one) => nonces.get(one.id)?.bootId ?? null),
  ]);
  await writeSafetyBlocks(judged);
  await revokePastBounds(judged, nowMs);
  await alerts.tell(judged);
}
