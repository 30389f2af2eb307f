/** One look at one gateway: people are told of a new update once, and what the settings want is ordered. */
import { type AutoDecision, decideAutoUpdate } from '#/domain/jobs/auto-update';
import { isResting } from '#/domain/jobs/phase-deadlines';
import { DomainError } from '#/domain/errors/domain-error';
import type { GatewaySettingsBody } from '#/domain/settings/gateway-settings';
import { systemActor } from '../access/actor';
import { logger } from '../config/logger';
import { getDb, type Tx } from '../db/client';
import type { Gateway } from '../db/generated/client';
import { createJobIn } from '../jobs/create-job';
import { requestInstall } from '../jobs/request-install';
import { appendStreamEvent } from '../live/append-stream-event';
import { writeDeliveries } from '../notifications/write-deliveries';
import { holdsBetweenGateways } from '../safety/running-operations';
import { readSettings } from '../settings/read-settings';
import { type AvailableUpdate, availableUpdates } from './check-updates';

/** Stands in lists as who ordered it. */
export const AUTO_UPDATE = 'auto-update';

/** Returns what was ordered. Nothing when another controller has the gateway, or the order was refused: it comes again. */
export async function autoUpdate(gatewayId: string, now = new Date()): Promise<AutoDecision['kind']> {
  await getDb().$transaction((tx) => lookAndTell(tx, gatewayId, now));
  try {
    const decision = await getDb().$transaction((tx) => decideAndOrder(tx, gatewayId, now), { timeout: 15_000 });
    if (decision.kind !== 'install_downloaded') return decision.kind;
    const gateway = await getDb().job.findUniqueOrThrow({ where: { id: decision.jobId }, select: { gatewayId: true } });
    const { auto_update, update_strategy } = (await readSettings(getDb(), gateway.gatewayId)).body;
    await requestInstall(systemActor(AUTO_UPDATE), {
      ...{ jobId: decision.jobId, strategy: update_strategy, rebootAfter: auto_update.auto_reboot, rebootDelaySeconds: 0 },
    });
    return decision.kind;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    // A closed window, an interlock, a disk that is full: the next look asks again.
    logger.debug({ gatewayId, code: error.code, reason: error.message }, 'auto-update: not now');
    return 'none';
  }
}

async function lockGateway(tx: Tx, gatewayId: string): Promise<Gateway | null> {
  const [locked] = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM "Gateway" WHERE id = ${gatewayId}::uuid FOR UPDATE SKIP LOCKED`;
  return locked ? tx.gateway.findUnique({ where: { id: gatewayId } }) : null;
}

async function lookAndTell(tx: Tx, gatewayId: string, now: Date): Promise<void> {
  const gateway = await lockGateway(tx, gatewayId);
  if (gateway === null || gateway.activeVersion === null) return;
  await tx.gateway.update({ where: { id: gatewayId }, data: { lastCheckAt: now } });
  const { body } = await readSettings(tx, gatewayId);
  const newest = (await availableUpdates(tx, gateway, body.channels.current)).find((one) => one.compatible && one.signature !== 'invalid');
  if (newest === undefined || newest.id === gateway.toldUpdateId || !body.notifications.available_updates) return;
  await tx.gateway.update({ where: { id: gatewayId }, data: { toldUpdateId: newest.id } });
  await tell(tx, gateway, newest);
}

async function tell(tx: Tx, { id: gatewayId, siteId }: Gateway, update: AvailableUpdate): Promise<void> {
  const { id, version, type, severity } = update;
  const message = `${version} is available: ${update.description}`;
  await appendStreamEvent(tx, {
    gatewayId,
    siteId,
    type: 'system_event',
    payload: { event: 'update_available', message, update_id: id, version, type, severity },
  });
  await writeDeliveries(tx, {
    topic: 'update.available',
    siteId,
    gatewayId,
    priority: null,
    setting: 'available_updates',
    payload: { at: new Date().toISOString(), update: { id, version, type, severity, message } },
  });
}

async function decideAndOrder(tx: Tx, gatewayId: string, now: Date): Promise<AutoDecision> {
  const none = (why: string): AutoDecision => ({ kind: 'none', why });
  const gateway = await lockGateway(tx, gatewayId);
  if (gateway === null || gateway.activeVersion === null || !gateway.connected) return none('it is away');
  const { body } = await readSettings(tx, gatewayId);
  if (!body.auto_update.enabled) return none('it is switched off');
  const unfinished = await tx.job.findMany({ where: { gatewayId, finishedAt: null } });
  if (unfinished.some((job) => !isResting(job))) return none('a job is running');
  const [rests] = unfinished;
  const decision = decideAutoUpdate({
    settings: body.auto_update,
    updates: await availableUpdates(tx, gateway, body.channels.current),
    tries: await readTries(tx, gatewayId),
    resting: rests ? { jobId: rests.id, releaseId: rests.releaseId, automatic: rests.initiatedBy === AUTO_UPDATE } : null,
    nowMs: now.getTime(),
  });
  if (decision.kind === 'install' || decision.kind === 'install_downloaded') {
    // Orders that would wait here would keep people from giving theirs.
    const holds = await holdsBetweenGateways(tx, gateway);
    if (holds.length > 0) return none(holds[0]?.message ?? 'other cranes');
  }
  if (decision.kind === 'install' || decision.kind === 'download') await order(tx, gatewayId, decision, body);
  return decision;
}

async function order(tx: Tx, gatewayId: string, decision: { kind: 'install' | 'download'; releaseId: string }, body: GatewaySettingsBody) {
  const installs = decision.kind === 'install';
  await createJobIn(tx, systemActor(AUTO_UPDATE), {
    gatewayId,
    releaseId: decision.releaseId,
    intent: decision.kind,
    strategy: installs ? body.update_strategy : 'seamless',
    options: installs ? { rebootAfter: body.auto_update.auto_reboot, createSnapshot: true } : { background: true },
  });
}

async function readTries(tx: Tx, gatewayId: string) {
  const jobs = await tx.job.findMany({
    where: { gatewayId, operation: 'update', releaseId: { not: null }, finishedAt: { not: null } },
    orderBy: { createdAt: 'desc' },
    take: 100,
    select: { releaseId: true, state: true, finishedAt: true, errorMessage: true },
  });
  return jobs.map(({ releaseId, state, finishedAt, errorMessage }) => ({
    releaseId: releaseId ?? '',
    state,
    finishedAtMs: finishedAt?.getTime() ?? 0,
    superseded: state === 'cancelled' && (errorMessage ?? '').startsWith('superseded by'),
  }));
}
