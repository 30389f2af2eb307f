'use client';
import { useQuery } from '@tanstack/react-query';
import { relaxPolicy } from '#/domain/safety/bounds';
import { evaluateSafety, judgeConstraint, type Verdict } from '#/domain/safety/evaluate';
import { gaugeOf } from '#/domain/safety/gauge';
import { useNowMs } from '../clock/now';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { boundOnGauge, boundWords } from '../overrides/bound-words';
import { type BarRelaxation, ConstraintBar } from './constraint-bar';
import { LimitsState } from './limits-state';
import { SignalLine } from './signal-line';

type Safety = RouterOutputs['safety']['status'];

/** Behind the live hints: what nobody hints at (a gateway that falls silent) is seen at the latest after this. */
export const SAFETY_POLL_MS = 5_000;

/** The five constraints of a gateway, judged for a reboot now; ages tick, and a value turns stale by itself. */
export function SignalsPanel({ gatewayId }: { gatewayId: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.safety.status.queryOptions({ gatewayId }, { refetchInterval: SAFETY_POLL_MS }));
  return (
    <Panel title="Safety signals" aside={<Legend />} flush>
      <QueryState query={query} loading="Loading safety signals" rows={10} failed="The safety signals could not be read" />
      {query.data && <Bars safety={query.data} />}
    </Panel>
  );
}

function Bars({ safety }: { safety: Safety }) {
  const nowMs = useNowMs();
  const { verdicts } = evaluateSafety(safety.signals, safety.policy, 'O3', { nowMs, imageBytes: 0 });
  return (
    <>
      <ul className="divide-y divide-line">
        {verdicts.map((verdict) => {
          const { constraint, stale } = verdict;
          const gauge = gaugeOf(constraint, safety.signals, safety.policy, nowMs);
          return (
            <ConstraintBar
              key={constraint}
              verdict={verdict}
              gauge={gauge}
              connected={safety.connected}
              relaxed={relaxationOf(verdict, safety, nowMs)}
              line={<SignalLine constraint={constraint} gauge={gauge} history={safety.history} stale={stale} />}
            />
          );
        })}
      </ul>
      <LimitsState limits={safety.limits} zone={safety.zone} />
      <p className="border-t border-line px-3 py-2 text-xs text-muted">
        As a reboot needs them. The agent reads its own sources again right before each step and decides itself.
      </p>
    </>
  );
}

/** The override in force that lets this value pass; a hard limit or a stale value is passed by none. */
function relaxationOf({ constraint, level, stale }: Verdict, safety: Safety, nowMs: number): BarRelaxation | undefined {
  if (level !== 'soft' || stale) return undefined;
  const found = safety.relaxed.find(({ bound, operation, expiresAt }) => {
    if (bound.constraint !== constraint || expiresAt.getTime() <= nowMs) return false;
    return (
      judgeConstraint(constraint, safety.signals, relaxPolicy(safety.policy, bound), operation, { nowMs, imageBytes: 0 }).level === 'clear'
    );
  });
  return (
    found && {
      overrideId: found.overrideId,
      operation: found.operation,
      until: found.expiresAt,
      zone: safety.zone,
      at: boundOnGauge(found.bound, safety.signals),
      words: boundWords(found.bound),
    }
  );
}

function Legend() {
  return (
    <span className="flex items-center gap-3">
      <span className="flex items-center gap-1.5">
        <span aria-hidden className="h-4 w-0 border-l-2 border-dashed border-text" />
        soft limit
      </span>
      <span className="flex items-center gap-1.5">
        <span aria-hidden className="h-4 w-0.5 bg-text" />
        hard limit
      </span>
    </span>
  );
}
