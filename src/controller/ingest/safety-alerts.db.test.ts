import { describe, expect, it } from 'vitest';
import { evaluateSafety } from '#/domain/safety/evaluate';
import { policyFromSettings } from '#/domain/safety/policy';
import type { SignalSet } from '#/domain/safety/signals';
import { defaultSettings } from '#/domain/settings/gateway-settings';
import { getDb } from '#/server/db/client';
import { makeGateway, makeJob } from '../testing/make-gateway';
import { createSafetyAlerts, type SafetyAlerts } from './safety-alerts';

const policy = policyFromSettings(defaultSettings('UTC').safety_constraints);

function signals(moving: boolean): SignalSet {
  const nowMs = Date.now();
  const common = { source: 'test', sampledAt: new Date(nowMs).toISOString(), clearSinceAt: new Date(nowMs - 3_600_000).toISOString() };
  const motion = { moving, loadSuspended: false, sourcesDisagree: false, lastMovementAt: null };
  return {
    crane_motion: { ...common, clearSinceAt: moving ? null : common.clearSinceAt, value: motion },
    acs_collision: { ...common, value: { distanceM: 90, zone: 'clear', fault: false } },
    ups_battery: { ...common, value: { levelPercent: 100, onBattery: false, runtimeSeconds: 3600 } },
    network_connectivity: { ...common, value: { rttMs: 20, lossPercent: 0, sessionAgeMs: 100 } },
    disk_space: { ...common, value: { freeBytes: 60e9, totalBytes: 100e9 } },
  };
}

type Gateway = { id: string; siteId: string };

function tell(alerts: SafetyAlerts, gateway: Gateway, moving: boolean): Promise<void> {
  const evaluation = evaluateSafety(signals(moving), policy, 'O3', { nowMs: Date.now(), imageBytes: 0 });
  return alerts.tell([{ gatewayId: gateway.id, siteId: gateway.siteId, ...evaluation }]);
}

async function told(gateway: Gateway) {
  const rows = await getDb().streamEvent.findMany({ where: { gatewayId: gateway.id, type: 'safety_alert' }, orderBy: { id: 'asc' } });
  return rows.map(({ payload }) => payload as Record<string, unknown>);
}

describe('safety alerts', () => {
  it('tell once that a constraint begins to block a running job, and once that it ceases, whatever number of controllers', async () => {
    const gateway = await makeGateway();
    const jobId = await makeJob(gateway, 'writing');
    const controllers = [createSafetyAlerts(), createSafetyAlerts()];
    for (const moving of [false, true, true, false, false]) for (const alerts of controllers) await tell(alerts, gateway, moving);
    expect(await told(gateway)).toEqual([
      {
        job_id: jobId,
        constraint: 'crane_motion',
        status: 'violated',
        message: 'Crane movement detected during update',
        severity: expect.stringMatching(/^(warning|critical)$/),
        action_required: true,
        suggested_action: expect.stringMatching(/^Pause update or /),
        reason: expect.any(String),
        value: expect.any(String),
        limit: expect.any(String),
      },
      expect.objectContaining({ job_id: jobId, constraint: 'crane_motion', status: 'cleared', severity: 'info', action_required: false }),
    ]);
  });

  it('say nothing without a job, of a download that rests, nor of what blocked from the beginning', async () => {
    const [idle, resting, blocked] = [await makeGateway(), await makeGateway(), await makeGateway()];
    await getDb().job.update({ where: { id: await makeJob(resting, 'downloaded') }, data: { intent: 'download' } });
    await makeJob(blocked, 'downloading');
    const alerts = createSafetyAlerts();
    for (const moving of [false, true]) for (const gateway of [idle, resting]) await tell(alerts, gateway, moving);
    await tell(alerts, blocked, true);
    await tell(alerts, blocked, true);
    for (const gateway of [idle, resting, blocked]) expect(await told(gateway)).toEqual([]);
  });
});
