/** The interlocks in the words of GET /safety/status. */
import type { z } from 'zod';
import { acsStatus, motionStatus, networkStatus } from '#/domain/safety/constraint-status';
import type { safetyStatusSchema } from '#/protocol/rest/safety';
import type { judgeSafety } from '../safety/judge-safety';
import { clockText, sizeText, wireTime } from './wire-text';

type Judged = Awaited<ReturnType<typeof judgeSafety>>;
type Status = z.input<typeof safetyStatusSchema>;

export function presentSafety(judged: Judged): Status {
  const { verdicts, policy, signals } = judged;
  const common = (constraint: keyof Judged['verdicts']) => ({
    enabled: verdicts[constraint].enabled,
    blocking: judged.blocks.has(constraint),
  });
  // A stale value is no statement about now: it is called unknown, whatever it said.
  const fresh = <C extends keyof Judged['verdicts']>(constraint: C): NonNullable<Judged['signals'][C]>['value'] | null =>
    (verdicts[constraint].stale ? null : signals[constraint]?.value) ?? null;
  const motion = fresh('crane_motion');
  const acs = fresh('acs_collision');
  const ups = signals.ups_battery?.value ?? null;
  const network = fresh('network_connectivity');
  const disk = signals.disk_space?.value ?? null;
  const lastMovementAt = signals.crane_motion?.value.lastMovementAt ?? null;
  const runtime = ups?.runtimeSeconds ?? null;
  const needBytes = disk && Math.ceil((disk.totalBytes * policy.diskSoftFreePercent) / 100);
  return {
    constraints: {
      crane_motion: {
        ...common('crane_motion'),
        status: motion === null ? 'unknown' : motionStatus(motion),
        last_movement: lastMovementAt === null ? null : wireTime(new Date(lastMovementAt)),
        timeout: policy.motionRestMs / 1000,
      },
      acs_collision: {
        ...common('acs_collision'),
        status: acs === null ? 'unknown' : acsStatus(acs),
        distance: acs?.distanceM ?? null,
        safe_threshold: policy.acsSoftDistanceM,
      },
      ups_battery: {
        ...common('ups_battery'),
        level: ups?.levelPercent ?? null,
        minimum_required: policy.upsSoftPercent,
        estimated_runtime: runtime === null ? null : clockText(runtime),
        estimated_runtime_seconds: runtime === null ? null : Math.round(runtime),
        ...(ups === null ? {} : { on_battery: ups.onBattery }),
      },
      network_connectivity: {
        ...common('network_connectivity'),
        status: network === null ? 'disconnected' : networkStatus(verdicts.network_connectivity),
        latency: network?.rttMs ?? null,
        stability: network === null ? 'poor' : stability(network.lossPercent, policy.networkSoftLossPercent),
      },
      disk_space: {
        ...common('disk_space'),
        available: disk && sizeText(disk.freeBytes),
        available_bytes: disk?.freeBytes ?? null,
        minimum_required: needBytes === null ? null : sizeText(needBytes),
        minimum_required_bytes: needBytes,
      },
    },
    force_override: judged.overrides.length > 0,
    overrides: judged.overrides.map((one) => ({
      override_id: one.id,
      constraints: one.constraints,
      expires_at: wireTime(one.expiresAt),
      break_glass: one.breakGlass,
    })),
    update_allowed: judged.allowed,
    safety_score: judged.score,
    recommendations: judged.recommendations,
    evaluated_at: wireTime(judged.evaluatedAt),
    stale: judged.stale,
  };
}

function stability(lossPercent: number, limitPercent: number): 'good' | 'fair' | 'poor' {
  if (lossPercent > limitPercent) return 'poor';
  return lossPercent > limitPercent / 5 ? 'fair' : 'good';
}
