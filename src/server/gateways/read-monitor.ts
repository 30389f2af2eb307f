/** How a gateway is, in a few words each (contract: GET /monitor/status). */
import type { JobState } from '#/domain/jobs/job-machine';
import { operationWord } from '#/domain/jobs/contract-status';
import { operationOf } from '#/domain/jobs/operations';
import type { Evaluation } from '#/domain/safety/evaluate';
import { openWindow } from '#/domain/maintenance/window';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { countJobs } from '../jobs/list-jobs';
import { evaluateGateway } from '../safety/evaluate-gateway';
import { type GatewayView, readGateway } from './read-gateway';

export type HealthWord = 'good' | 'fair' | 'poor' | 'unknown';

/** What is reported is old from here on, and no longer a statement about now. */
const VITALS_MAX_AGE_MS = 5 * 60_000;

/** State, jobs, health and room of one gateway. */
export async function readMonitor(actor: Actor, gatewayId: string) {
  const gateway = await readGateway(actor, gatewayId);
  const nowMs = Date.now();
  const [evaluation, counts, { lastCheckAt }] = await Promise.all([
    evaluateGateway(getDb(), gatewayId, 'O3', { nowMs, imageBytes: 0 }),
    countJobs(gatewayId),
    getDb().gateway.findUniqueOrThrow({ where: { id: gatewayId }, select: { lastCheckAt: true } }),
  ]);
  const { settings } = evaluation;
  const running = gateway.job;
  return {
    systemStatus: systemStatus(gateway.status, openWindow(settings.maintenance_window, nowMs) !== null),
    currentOperation: running ? operationWord(running.state as JobState, operationOf(running.operation)) : 'idle',
    lastCheckAt,
    autoUpdate: settings.auto_update.enabled,
    counts,
    health: {
      system: systemHealth(gateway, nowMs),
      partitions: partitionHealth(gateway),
      recovery: recoveryHealth(gateway),
      safety: safetyHealth(evaluation),
    },
    vitals: gateway.vitals,
    networkAvailable: gateway.connected && gateway.networkStatus !== 'disconnected',
  };
}

function systemStatus(status: string, windowIsOpen: boolean): 'idle' | 'updating' | 'error' | 'maintenance' {
  if (status === 'updating' || status === 'error' || status === 'maintenance') return status;
  return windowIsOpen && status === 'online' ? 'maintenance' : 'idle';
}

type Vitals = Pick<GatewayView, 'connected' | 'vitals'>;

/** The worst of processor, memory, disk and temperature; unknown when nothing recent is known. */
export function systemHealth({ connected, vitals }: Vitals, nowMs: number): HealthWord {
  if (!connected || vitals === null || nowMs - vitals.sampledAt.getTime() > VITALS_MAX_AGE_MS) return 'unknown';
  const worst = Math.max(vitals.cpuPercent, vitals.memoryPercent, vitals.diskPercent, vitals.temperatureC ?? 0);
  if (worst >= 95) return 'poor';
  return worst >= 85 ? 'fair' : 'good';
}

type Slots = { slots: Pick<GatewayView['slots'][number], 'active' | 'status' | 'health' | 'version'>[] };

/** The worst of both partitions. */
export function partitionHealth({ slots }: Slots): HealthWord {
  if (slots.length === 0) return 'unknown';
  const has = (word: string) => slots.some((slot) => slot.status === word || slot.health === word);
  if (has('failed') || has('poor')) return 'poor';
  return has('degraded') || has('fair') ? 'fair' : 'good';
}

/** Whether the other partition could be booted again. */
export function recoveryHealth({ slots }: Slots): HealthWord {
  const other = slots.find((slot) => !slot.active);
  if (!other) return 'unknown';
  if (other.status === 'failed') return 'poor';
  return other.status === 'ready' && other.version !== null ? 'good' : 'fair';
}

function safetyHealth(evaluation: Evaluation): HealthWord {
  if (evaluation.stale) return 'unknown';
  if (evaluation.allowed) return 'good';
  return evaluation.blocking.some((verdict) => verdict.level === 'hard') ? 'poor' : 'fair';
}
