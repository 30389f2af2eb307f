'use client';
import { useQuery } from '@tanstack/react-query';
import { evaluateSafety } from '#/domain/safety/evaluate';
import { gaugeOf } from '#/domain/safety/gauge';
import { useNowMs } from '../clock/now';
import { Mark } from '../kit/mark';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { ConstraintBar } from '../safety/constraint-bar';
import { CONSTRAINT_WORDS } from '../safety/constraint-words';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { boundOnGauge, boundWords, verdictUnder } from './bound-words';

type Override = RouterOutputs['overrides']['byId'];
type Safety = RouterOutputs['safety']['status'];

/** The decision rests on live values: they are read again at this pace, and their age is shown. */
const POLL_MS = 3_000;

/** Per constraint of the request: normal limit, requested bound, live value with its age, and what it was when asked. */
export function OverrideBars({ override }: { override: Override }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.safety.status.queryOptions({ gatewayId: override.gateway.id }, { refetchInterval: POLL_MS }));
  return (
    <Panel title="What it relaxes" aside="live" flush>
      <QueryState query={query} loading="Loading live values" rows={4} failed="The live values could not be read" />
      {query.data && <Bars override={override} safety={query.data} />}
    </Panel>
  );
}

function Bars({ override, safety }: { override: Override; safety: Safety }) {
  const nowMs = useNowMs();
  const context = { nowMs, imageBytes: 0 };
  const { signals, policy } = safety;
  const { verdicts } = evaluateSafety(signals, policy, override.operation, context);
  return (
    <ul className="divide-y divide-line">
      {override.bounds.map((one) => {
        const verdict = verdicts.find((candidate) => candidate.constraint === one.constraint);
        if (!verdict) return null;
        const under = verdictUnder(one, signals, policy, override.operation, context);
        const asked = override.observed.find((value) => value.constraint === one.constraint);
        return (
          <li key={one.constraint}>
            <ul>
              <ConstraintBar
                verdict={verdict}
                gauge={gaugeOf(one.constraint, signals, policy, nowMs)}
                connected={safety.connected}
                bound={{ at: boundOnGauge(one, signals), words: boundWords(one) }}
              />
            </ul>
            <p className="flex flex-wrap gap-x-6 px-3 pb-2 text-xs">
              <Covered level={verdict.level} under={under.level} reason={under.reason} />
              {asked && (
                <span className="text-muted">
                  When asked: {CONSTRAINT_WORDS[one.constraint]} {asked.value ?? 'without a value'}, {asked.reason}
                </span>
              )}
            </p>
          </li>
        );
      })}
    </ul>
  );
}

type Level = 'clear' | 'soft' | 'hard';

/** Whether the bound, at this moment, would let the operation through. */
function Covered({ level, under, reason }: { level: Level; under: Level; reason: string }) {
  if (under === 'hard') return <Mark priority="p2">A hard limit blocks now, and nobody can override it: {reason}</Mark>;
  if (under === 'soft') return <Mark priority="p3">The bound does not cover the present value: {reason}</Mark>;
  if (level === 'clear') return <Mark priority="none">Does not block at present, so the override would not be needed</Mark>;
  return <Mark priority="none">The bound covers the present value</Mark>;
}
