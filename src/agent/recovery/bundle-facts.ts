/** What the agent knows of itself and its machine, for bundles. Secrets of the identity are not among it; the rest is redacted later. */
import { arch, cpus, freemem, loadavg, platform, release, totalmem, uptime } from 'node:os';
import { FINAL_STATES } from '#/domain/jobs/job-machine';
import { evaluateSafety } from '#/domain/safety/evaluate';
import { OPERATION_CLASSES, type SafetyPolicy } from '#/domain/safety/policy';
import type { SignalSet } from '#/domain/safety/signals';
import type { BundleOrder } from '#/protocol/mqtt/recovery';
import { AGENT_VERSION } from '../agent-version';
import { hashFile } from '../download/part-file';
import type { Identity } from '../identity/identity-file';
import type { Journal } from '../journal/journal';
import type { Outbox } from '../outbox/outbox';
import type { Clock, EngineView } from '../ports';
import type { SlotPort } from '../slots/slot-port';
import type { BundleFacts } from './collect-bundle';
import type { SnapshotStore } from './snapshot-store';

export type FactSources = {
  clock: Clock;
  identity: Identity;
  device: Record<string, string>;
  journal: Journal;
  outbox: Outbox;
  slots: SlotPort;
  snapshots: SnapshotStore;
  view(): EngineView;
  policy(): SafetyPolicy;
  /** Newest last. */
  samples(): readonly { at: string; signals: SignalSet }[];
};

export async function gatherFacts(sources: FactSources, kind: BundleOrder['kind']): Promise<BundleFacts> {
  const { identity, journal, outbox, slots, snapshots } = sources;
  const { gatewayId, gatewayName, mqttUrl, enrolledAt, commandKeys, grantKeys } = identity;
  const state = journal.read();
  const waiting = outbox.pending(0, 100_000);
  const facts: BundleFacts = {
    agent: { version: AGENT_VERSION, node: process.version, ...sources.device },
    identity: { gatewayId, gatewayName, mqttUrl, enrolledAt, kids: [...commandKeys, ...(grantKeys ?? [])].map((key) => key.kid) },
    host: {
      platform: platform(),
      release: release(),
      arch: arch(),
      cpus: cpus().length,
      load: loadavg(),
      memory: { total: totalmem(), free: freemem() },
      uptimeSeconds: Math.round(uptime()),
      agentMemory: process.memoryUsage(),
    },
    slots: { view: sources.view(), booted: await slots.booted(), bootloader: slots.bootloader, environment: await slots.env.read() },
    journal: state,
    snapshots: snapshots.list(),
    outbox: {
      epoch: outbox.epoch,
      unconfirmed: waiting.length,
      oldest: waiting[0]?.at ?? null,
      types: Object.fromEntries(
        [...new Set(waiting.map((one) => one.body.type))].map((type) => [type, waiting.filter((one) => one.body.type === type).length]),
      ),
    },
    safety: { policy: sources.policy(), samples: sources.samples() },
  };
  return kind === 'debug' ? facts : { ...facts, diagnosis: await diagnose(sources) };
}

/** What a person would look at first: may it move, does it hold what it should, is anything stuck. */
async function diagnose({ clock, journal, slots, policy, samples, snapshots }: FactSources): Promise<unknown> {
  const { job, slots: records, rollbackCount } = journal.read();
  const newest = samples().at(-1)?.signals ?? {};
  const context = { nowMs: clock.nowMs(), imageBytes: 0 };
  const classes = OPERATION_CLASSES.map((operation) => {
    const { allowed, blocking } = evaluateSafety(newest, policy(), operation, context);
    return [
      operation,
      { allowed, blocking: blocking.map(({ constraint, level, reason, clearsWhen }) => ({ constraint, level, reason, clearsWhen })) },
    ];
  });
  const contents = (['A', 'B'] as const).map(async (id) => {
    const record = records[id];
    if (!record?.sha256) return { slot: id, status: record?.status ?? 'unknown', matches: null };
    const file = await slots.openForRead(id);
    const actual = await hashFile(file, record.usedBytes).finally(() => file.close());
    return { slot: id, status: record.status, version: record.version, matches: actual === record.sha256 };
  });
  return {
    mayNow: Object.fromEntries(classes),
    slots: await Promise.all(contents),
    rollbackCount,
    openJob: job !== null && !FINAL_STATES.has(job.position.state) ? { ...job.position, jobId: job.order.jobId } : null,
    damagedSnapshots: snapshots.list().flatMap(({ id, state }) => (state === 'damaged' ? [id] : [])),
  };
}
