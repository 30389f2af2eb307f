import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyOverrideEvent,
  type Approval,
  endOfOverride,
  judgeApproval,
  mayCloseReview,
  mayRevoke,
  OVERRIDE_EVENTS,
  OVERRIDE_STATES,
  OVERRIDE_TRANSITIONS,
  type OverrideEvent,
  type OverrideState,
  restingState,
} from './override-machine';

describe('the table', () => {
  const ALLOWED: Record<string, OverrideState> = {
    'requested approve': 'approved',
    'requested reject': 'rejected',
    'requested withdraw': 'withdrawn',
    'requested lapse': 'lapsed',
    'approved activate': 'active',
    'approved expire': 'expired',
    'approved revoke': 'revoked',
    'active use': 'used',
    'active expire': 'expired',
    'active revoke': 'revoked',
    'used demand_review': 'review_due',
    'used revoke': 'revoked',
    'expired demand_review': 'review_due',
    'revoked demand_review': 'review_due',
    'review_due close': 'closed',
    'review_due revoke': 'review_due',
  };
  const pairs = OVERRIDE_STATES.flatMap((state) => OVERRIDE_EVENTS.map((event) => [state, event] as const));

  it.each(pairs)('%s × %s', (state, event) => {
    expect(applyOverrideEvent(state, event)).toBe(ALLOWED[`${state} ${event}`] ?? null);
  });

  it('walks every pair', () => {
    process.stdout.write(`override machine: ${pairs.length} pairs walked, ${Object.keys(ALLOWED).length} allowed\n`);
    const inTable = Object.values(OVERRIDE_TRANSITIONS).reduce((sum, row) => sum + Object.keys(row).length, 0);
    expect(inTable).toBe(Object.keys(ALLOWED).length);
  });
});

describe('a use', () => {
  const question = { state: 'used', outcome: 'used', actWaits: true } as const;

  it('is taken back while its act still waits, never afterwards; a broken glass stays to be reviewed', () => {
    expect(mayRevoke(question)).toBe(true);
    expect(mayRevoke({ ...question, actWaits: false })).toBe(false);
    expect(mayRevoke({ ...question, state: 'review_due' })).toBe(true);
    expect(mayRevoke({ ...question, state: 'review_due', outcome: 'revoked' })).toBe(false);
    expect(mayRevoke({ ...question, state: 'closed' })).toBe(false);
    expect(mayRevoke({ state: 'active', outcome: null, actWaits: false })).toBe(true);
    expect([applyOverrideEvent('used', 'revoke'), applyOverrideEvent('review_due', 'revoke')]).toEqual(['revoked', 'review_due']);
  });
});

/** What the real system does with a history, by the pure functions alone. */
type Real = {
  state: OverrideState;
  approvals: Approval[];
  uses: number;
  expiresAtMs: number | null;
  closedBy: string | null;
  outcome: 'used' | 'expired' | 'revoked' | null;
  /** The act begins after the use, and only while nothing took the use back. */
  acted: boolean;
};
/** What the design says, kept apart: who has said yes to the present text, and what ended it. */
type Model = {
  distinctApprovers: Set<string>;
  hash: string;
  pastHashes: Set<string>;
  ended: boolean;
  usedAtMs: number[];
  reviewDue: boolean;
  lapsesAtMs: number;
};

const REQUESTER = 'requester';
const PEOPLE = [REQUESTER, 'ann', 'ben', 'cem'];
const HASHES = ['h1', 'h2', 'h3'];

type Setting = { approversNeeded: number; breakGlass: boolean };
class World {
  nowMs = 0;
  constructor(
    readonly setting: Setting,
    readonly model: Model,
    readonly real: Real,
    readonly counts: Record<string, number>,
  ) {}

  move(event: OverrideEvent): boolean {
    const to = applyOverrideEvent(this.real.state, event);
    if (to === null) return false;
    this.real.state = to;
    if (event === 'use' || event === 'expire' || event === 'revoke')
      this.real.outcome = ({ use: 'used', expire: 'expired', revoke: 'revoked' } as const)[event];
    if (to === 'used' || to === 'expired' || to === 'revoked') this.real.state = restingState(to, this.setting.breakGlass);
    return true;
  }

  /** What must hold after every step. */
  check(): void {
    const { real, model, setting } = this;
    if (['approved', 'active', 'used'].includes(real.state)) {
      const alone = setting.breakGlass || setting.approversNeeded === 0;
      if (!alone) expect(model.distinctApprovers.size).toBeGreaterThanOrEqual(setting.approversNeeded);
      if (!alone) expect(model.distinctApprovers.has(REQUESTER)).toBe(false);
    }
    expect(real.uses).toBeLessThanOrEqual(1);
    for (const atMs of model.usedAtMs) expect(atMs).toBeLessThan(real.expiresAtMs ?? 0);
    // A broken glass never comes to rest without its review.
    if (setting.breakGlass) expect(['used', 'expired', 'revoked']).not.toContain(real.state);
    if (real.state === 'closed') expect(setting.breakGlass && real.closedBy !== REQUESTER).toBe(true);
  }
}

const command = (name: string, run: (world: World) => void): fc.Command<object, World> => ({
  check: () => true,
  run: (_model, world) => {
    world.counts[name] = (world.counts[name] ?? 0) + 1;
    run(world);
    world.check();
  },
  toString: () => name,
});

const approveBy = (personId: string, requestHash: string) =>
  command('approve', (world) => {
    const { setting, model, real } = world;
    const verdict = judgeApproval(
      {
        state: real.state,
        requesterId: REQUESTER,
        requestHash: model.hash,
        ...setting,
        approvals: real.approvals,
        lapsesAtMs: model.lapsesAtMs,
      },
      { personId, requestHash },
      world.nowMs,
    );
    if (verdict.kind === 'refused') return;
    real.approvals.push({ personId, requestHash });
    model.distinctApprovers.add(personId);
    if (verdict.kind !== 'approved') return;
    expect(world.move('approve')).toBe(true);
    real.expiresAtMs = endOfOverride(world.nowMs, 60, null);
  });
const useIt = command('use', (world) => {
  const { real } = world;
  // The grant is bound to its end; the agent's clock is the same here.
  if (real.expiresAtMs === null || world.nowMs >= real.expiresAtMs || !world.move('use')) return;
  expect(world.model.ended).toBe(false);
  real.uses += 1;
  world.model.usedAtMs.push(world.nowMs);
});
const end = (event: 'reject' | 'withdraw') =>
  command(event, (world) => {
    if (world.move(event)) world.model.ended = true;
  });
const revokeIt = command('revoke', (world) => {
  const { real, model, counts } = world;
  if (!mayRevoke({ state: real.state, outcome: real.outcome, actWaits: real.uses === 1 && !real.acted })) return;
  // What has happened is never called revoked.
  expect(real.acted).toBe(false);
  if (real.uses === 1) counts['revoked after the use'] = (counts['revoked after the use'] ?? 0) + 1;
  expect(world.move('revoke')).toBe(true);
  expect(real.outcome).toBe('revoked');
  model.ended = true;
});
const act = command('act', (world) => {
  const { real, model } = world;
  if (real.acted || real.uses === 0 || real.outcome !== 'used') return;
  expect(model.ended).toBe(false);
  real.acted = true;
});
const tick = (seconds: number) =>
  command('tick', (world) => {
    world.nowMs += seconds * 1000;
    if (world.nowMs >= world.model.lapsesAtMs && world.move('lapse')) world.model.ended = true;
    if (world.real.expiresAtMs !== null && world.nowMs >= world.real.expiresAtMs && world.move('expire')) world.model.ended = true;
  });
const edit = (hash: string) =>
  command('edit', (world) => {
    const { model } = world;
    // A request is never written back to a former text: what was approved then would be approved again.
    if (world.real.state !== 'requested' || model.hash === hash || model.pastHashes.has(hash)) return;
    model.pastHashes.add(model.hash);
    model.hash = hash;
    // An edit voids approvals.
    world.model.distinctApprovers.clear();
  });
const review = (personId: string) =>
  command('review', (world) => {
    if (!mayCloseReview({ state: world.real.state, requesterId: REQUESTER }, personId)) return;
    expect(personId).not.toBe(REQUESTER);
    if (world.move('close')) world.real.closedBy = personId;
  });

describe('every history (model-based)', () => {
  it('never in force without distinct approvers, never used after its end, at most one use, a broken glass is reviewed', () => {
    const counts: Record<string, number> = {};
    const reached: Record<string, number> = {};
    const commands = fc.commands(
      [
        fc.tuple(fc.constantFrom(...PEOPLE), fc.constantFrom(...HASHES)).map(([person, hash]) => approveBy(person, hash)),
        fc.constant(command('activate', (world) => void world.move('activate'))),
        fc.constant(useIt),
        fc.constantFrom('reject' as const, 'withdraw' as const).map(end),
        fc.constant(revokeIt),
        fc.constant(act),
        fc.constantFrom(1, 20, 59, 60, 3600).map(tick),
        fc.constantFrom(...HASHES).map(edit),
        fc.constantFrom(...PEOPLE).map(review),
      ],
      { maxCommands: 30 },
    );
    const setting = fc.record({ approversNeeded: fc.constantFrom(0, 1, 2), breakGlass: fc.boolean() });
    let runs = 0;
    fc.assert(
      fc.property(setting, commands, (given, cmds) => {
        runs += 1;
        const model: Model = {
          distinctApprovers: new Set(),
          hash: 'h1',
          pastHashes: new Set(),
          ended: false,
          usedAtMs: [],
          reviewDue: false,
          lapsesAtMs: 3_600_000,
        };
        const real: Real = { state: 'requested', approvals: [], uses: 0, expiresAtMs: null, closedBy: null, outcome: null, acted: false };
        const world = new World(given, model, real, counts);
        fc.modelRun(() => ({ model: {}, real: world }), cmds);
        reached[real.state] = (reached[real.state] ?? 0) + 1;
      }),
      { numRuns: 5000 },
    );
    process.stdout.write(`override histories: ${runs}; steps ${JSON.stringify(counts)}; ends ${JSON.stringify(reached)}\n`);
    for (const state of OVERRIDE_STATES) {
      expect(reached[state] ?? 0, state).toBeGreaterThan(0);
    }
  });
});
