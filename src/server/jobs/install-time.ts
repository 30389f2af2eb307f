/** When an install or an operation of recovery may run: what its strategy makes of the gateway's window and interlocks. */
import { DomainError } from '#/domain/errors/domain-error';
import type { InstallStrategy } from '#/domain/jobs/job-options';
import { nextWindow, openWindow } from '#/domain/maintenance/window';
import type { OperationClass } from '#/domain/safety/policy';
import type { Db, Tx } from '../db/client';
import { blockedError, concurrencyError } from '../safety/blocked-error';
import { holdsBetweenGateways } from '../safety/running-operations';
import { evaluateGateway } from '../safety/evaluate-gateway';

export type InstallTime = { notBeforeAt: Date | null; windowEndsAt: Date | null; isOpen: boolean };

/**
 * Seamless: no time of its own. Maintenance: the window that is open or the next. Immediate: now, or it throws
 * NETWORK_UNAVAILABLE, MAINTENANCE_WINDOW_ACTIVE (outside the window) or UPDATE_BLOCKED (an interlock).
 */
export async function planInstallTime(
  db: Db | Tx,
  gatewayId: string,
  strategy: InstallStrategy,
  operation: OperationClass,
): Promise<InstallTime> {
  const nowMs = Date.now();
  if (strategy === 'seamless') return { notBeforeAt: null, windowEndsAt: null, isOpen: true };
  const evaluation = await evaluateGateway(db, gatewayId, operation, { nowMs, imageBytes: 0 });
  const settings = evaluation.settings.maintenance_window;
  const next = nextWindow(settings, nowMs);
  if (strategy === 'maintenance') {
    if (next === null) {
      throw new DomainError(
        'VALIDATION_FAILED',
        'This gateway has no maintenance window, so nothing can wait for it.',
        { fields: [{ path: 'strategy', message: 'no maintenance window is set' }] },
        ['Set a maintenance window', 'Choose the strategy seamless'],
      );
    }
    return { notBeforeAt: new Date(next.startMs), windowEndsAt: new Date(next.endMs), isOpen: next.startMs <= nowMs };
  }
  const gateway = await db.gateway.findUniqueOrThrow({
    where: { id: gatewayId },
    select: { id: true, siteId: true, craneId: true, connected: true },
  });
  if (!gateway.connected)
    throw new DomainError(
      'NETWORK_UNAVAILABLE',
      'The gateway is offline; nothing can be done on it immediately.',
      { gateway_id: gatewayId },
      ['Choose the strategy seamless or maintenance: it waits for the gateway'],
    );
  if (settings.enabled && openWindow(settings, nowMs) === null) {
    throw new DomainError(
      'MAINTENANCE_WINDOW_ACTIVE',
      'The maintenance policy does not permit an immediate install now: the window is not open.',
      {
        maintenance_window: settings,
        next_opening: next === null ? null : new Date(next.startMs).toISOString(),
        next_closing: next === null ? null : new Date(next.endMs).toISOString(),
      },
      ['Choose the strategy maintenance: it installs when the window opens'],
    );
  }
  const between = operation === 'O1' ? [] : await holdsBetweenGateways(db, gateway);
  if (between.length > 0) throw concurrencyError(between);
  if (!evaluation.allowed) throw blockedError(evaluation, evaluation.policy, nowMs);
  return { notBeforeAt: null, windowEndsAt: null, isOpen: true };
}
