/** The server's view of a gateway's interlocks. The agent decides again on its own signals before each step. */
import { type Evaluation, evaluateSafety } from '#/domain/safety/evaluate';
import { type OperationClass, policyFromSettings, type SafetyPolicy } from '#/domain/safety/policy';
import { type SignalSet, signalSetSchema } from '#/domain/safety/signals';
import type { GatewaySettingsBody } from '#/domain/settings/gateway-settings';
import type { Db, Tx } from '../db/client';
import { readSettings } from '../settings/read-settings';

/** A sample needs the reporting interval and the way here on top of its age at the gateway. */
export const REPORTING_ALLOWANCE_MS = 10_000;

/** The policy of the settings with the ages that the server can expect. */
export function serverPolicy(settings: GatewaySettingsBody): SafetyPolicy {
  const policy = policyFromSettings(settings.safety_constraints);
  const ages = Object.entries(policy.maxAgeMs).map(([constraint, ageMs]) => [constraint, ageMs + REPORTING_ALLOWANCE_MS]);
  return { ...policy, maxAgeMs: Object.fromEntries(ages) as SafetyPolicy['maxAgeMs'] };
}

export type SignalRow = { constraint: string; value: unknown; source: string; sampledAt: Date; clearSinceAt: Date | null };

/** Stored rows as a signal set; a row that does not parse counts as missing. */
export function signalSetOf(rows: readonly SignalRow[]): SignalSet {
  const entries = rows.flatMap((row) => {
    const sample = {
      value: row.value,
      source: row.source,
      sampledAt: row.sampledAt.toISOString(),
      clearSinceAt: row.clearSinceAt?.toISOString() ?? null,
    };
    const parsed = signalSetSchema.safeParse({ [row.constraint]: sample });
    return parsed.success ? Object.entries(parsed.data) : [];
  });
  return Object.fromEntries(entries) as SignalSet;
}

/** Evaluates the stored signals of a gateway for an operation class now. */
export async function evaluateGateway(
  db: Db | Tx,
  gatewayId: string,
  operation: OperationClass,
  context: { nowMs: number; imageBytes: number },
): Promise<Evaluation & { signals: SignalSet; settings: GatewaySettingsBody }> {
  const rows = await db.safetySignal.findMany({ where: { gatewayId } });
  const { body: settings } = await readSettings(db, gatewayId);
  const signals = signalSetOf(rows);
  return { ...evaluateSafety(signals, serverPolicy(settings), operation, context), signals, settings };
}
