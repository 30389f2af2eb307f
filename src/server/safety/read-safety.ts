/** The interlocks of one gateway as its page shows them: raw signals with the policy, and "why not now". */
import type { Hold } from '#/domain/jobs/hold';
import type { SafetyPolicy } from '#/domain/safety/policy';
import type { SignalFigures } from '#/domain/safety/signal-figures';
import type { SignalSet } from '#/domain/safety/signals';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { findGateway } from '../gateways/find-gateway';
import { readSettings } from '../settings/read-settings';
import { serverPolicy, signalSetOf } from './evaluate-gateway';
import { type Relaxation, readRelaxations } from './read-relaxations';
import { readSitePolicy } from './site-policy';
import { holdsOfGateway } from './holds-of';

export type SafetyView = {
  evaluatedAt: Date;
  connected: boolean;
  /** The browser judges them again every second by the same code, so that ages tick and a value turns stale by itself. */
  signals: SignalSet;
  policy: SafetyPolicy;
  /** Figures of the last ten minutes, oldest first, for lines beside the bars. */
  history: ({ at: Date } & SignalFigures)[];
  /** Strategy of the gateway's settings; the holds are those of an update by it that writes and reboots now. */
  strategy: string;
  holds: Hold[];
  /** Overrides in force here: what they relax, how far and until when. */
  relaxed: Relaxation[];
  /** IANA zone of the site. */
  zone: string;
  /** The site's version, the one that the gateway has said it took, and why it has not taken the newest. */
  limits: { version: number; taken: number; refusal: string | null; retryAt: Date | null };
};

const POLICY_STATE = {
  connected: true,
  policyTakenVersion: true,
  policyRefusal: true,
  policyRetryAt: true,
  site: { select: { timezone: true } },
} as const;

const HISTORY_MS = 600_000;
const FIGURES = { at: true, distanceM: true, batteryPercent: true, rttMs: true, freePercent: true } as const;

/** Signals, policy and holds of a gateway now. */
export async function readSafety(actor: Actor, gatewayId: string): Promise<SafetyView> {
  const { siteId } = await findGateway(actor, { id: gatewayId });
  const db = getDb();
  const site = await readSitePolicy(db, siteId);
  const nowMs = Date.now();
  const { body: settings } = await readSettings(db, gatewayId);
  const strategy = settings.update_strategy;
  const [gateway, rows, holds, relaxed, history] = await Promise.all([
    db.gateway.findUniqueOrThrow({ where: { id: gatewayId }, select: POLICY_STATE }),
    db.safetySignal.findMany({ where: { gatewayId } }),
    holdsOfGateway(db, gatewayId, { operation: 'O3', strategy, imageBytes: 0, nowMs }),
    readRelaxations(gatewayId, new Date(nowMs)),
    db.signalHistory.findMany({
      where: { gatewayId, at: { gt: new Date(nowMs - HISTORY_MS) } },
      orderBy: { at: 'asc' },
      take: 80,
      select: FIGURES,
    }),
  ]);
  return {
    evaluatedAt: new Date(nowMs),
    connected: gateway.connected,
    signals: signalSetOf(rows),
    policy: serverPolicy(settings, site.policy),
    history,
    strategy,
    relaxed,
    zone: gateway.site.timezone,
    limits: { version: site.version, taken: gateway.policyTakenVersion, refusal: gateway.policyRefusal, retryAt: gateway.policyRetryAt },
    // While the gateway is away its signals are old by nature: one honest reason instead of six that follow from it.
    holds: gateway.connected ? holds : holds.filter((hold) => hold.kind === 'gateway_offline' || hold.kind === 'maintenance_window'),
  };
}
