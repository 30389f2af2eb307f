/** What stands around an override and is not part of it: neighbouring cranes, the maintenance window, the crane's earlier overrides. */
import { nextWindow } from '#/domain/maintenance/window';
import { neighboursOf } from '#/domain/safety/neighbours';
import type { Constraint } from '#/domain/safety/signals';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { readSettings } from '../settings/read-settings';
import { findOverride } from './find-override';

/** An approver looks at the last few; the register has all. */
const EARLIER_SHOWN = 5;

export type NeighbourCrane = {
  crane: string;
  gateways: { id: string; name: string; connected: boolean }[];
  /** Unfinished jobs and overrides in force on it. */
  jobs: { id: string; state: string; gatewayName: string }[];
  overrides: { id: string; constraints: Constraint[] }[];
};
export type EarlierOverride = {
  id: string;
  gatewayName: string;
  constraints: Constraint[];
  outcome: string | null;
  breakGlass: boolean;
  requestedAt: Date;
};
export type Surroundings = {
  neighbours: NeighbourCrane[];
  /** The window that is open, else the next one; null: the gateway has none. */
  window: { startsAt: Date; endsAt: Date; isOpen: boolean } | null;
  /** Newest first. */
  earlier: EarlierOverride[];
  earlierTotal: number;
};

export async function readSurroundings(actor: Actor, overrideId: string): Promise<Surroundings> {
  const row = await findOverride(actor, overrideId);
  const db = getDb();
  const [{ craneId }, cranes, { body: settings }] = await Promise.all([
    db.gateway.findUniqueOrThrow({ where: { id: row.gatewayId }, select: { craneId: true } }),
    db.crane.findMany({ where: { siteId: row.siteId }, select: { id: true, name: true, blockId: true, railPosition: true } }),
    readSettings(db, row.gatewayId),
  ]);
  const beside = [...(neighboursOf(cranes).get(craneId) ?? [])];
  const before = { gateway: { craneId }, id: { not: row.id }, requestedAt: { lte: row.requestedAt } };
  const [neighbours, earlier, earlierTotal] = await Promise.all([
    readCranes(beside),
    db.overrideRequest.findMany({
      where: before,
      orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
      take: EARLIER_SHOWN,
      include: { gateway: { select: { name: true } } },
    }),
    db.overrideRequest.count({ where: before }),
  ]);
  const nowMs = Date.now();
  const window = nextWindow(settings.maintenance_window, nowMs);
  return {
    neighbours,
    window: window && { startsAt: new Date(window.startMs), endsAt: new Date(window.endMs), isOpen: window.startMs <= nowMs },
    earlier: earlier.map(({ id, gateway, constraints, outcome, breakGlass, requestedAt }) => ({
      id,
      gatewayName: gateway.name,
      constraints: constraints as Constraint[],
      outcome,
      breakGlass,
      requestedAt,
    })),
    earlierTotal,
  };
}

async function readCranes(ids: readonly string[]): Promise<NeighbourCrane[]> {
  const cranes = await getDb().crane.findMany({
    where: { id: { in: [...ids] } },
    orderBy: { name: 'asc' },
    select: {
      name: true,
      gateways: {
        orderBy: { name: 'asc' },
        select: {
          id: true,
          name: true,
          connected: true,
          jobs: { where: { finishedAt: null }, select: { id: true, state: true } },
          overrides: { where: { state: { in: ['approved', 'active'] } }, select: { id: true, constraints: true } },
        },
      },
    },
  });
  return cranes.map(({ name, gateways }) => ({
    crane: name,
    gateways: gateways.map(({ id, name: gatewayName, connected }) => ({ id, name: gatewayName, connected })),
    jobs: gateways.flatMap((one) => one.jobs.map((job) => ({ ...job, gatewayName: one.name }))),
    overrides: gateways.flatMap((one) => one.overrides.map(({ id, constraints }) => ({ id, constraints: constraints as Constraint[] }))),
  }));
}
