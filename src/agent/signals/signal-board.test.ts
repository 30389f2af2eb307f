import { describe, expect, it } from 'vitest';
import { EXAMPLE_POLICY } from '#/domain/safety/policy';
import { SimClock } from '../testing/sim-clock';
import { createSignalBoard } from './signal-board';
import type { SignalReading, SignalSource, SignalValue } from './signal-source';

const still: SignalValue<'crane_motion'> = { moving: false, loadSuspended: false, sourcesDisagree: false, lastMovementAt: null };

function source(name: string, read: () => SignalReading | Promise<SignalReading>, timeoutMs?: number): SignalSource {
  return { name, timeoutMs, read: async () => read() };
}

function board(clock: SimClock, sources: SignalSource[], faults: string[] = []) {
  return createSignalBoard({ clock, sources, policy: () => EXAMPLE_POLICY, onFault: (name, reason) => faults.push(`${name}: ${reason}`) });
}

describe('the signal board', () => {
  it('leaves a signal missing when its source fails or is slow, and says so once until it works again', async () => {
    const clock = new SimClock();
    const faults: string[] = [];
    let broken = true;
    const bad = source('plc', () =>
      broken ? Promise.reject(new Error('no route')) : { crane_motion: { value: still, sampledAtMs: clock.nowMs() } },
    );
    const slow = source('ups', () => new Promise(() => {}), 20);
    const good = source('disk', () => ({ disk_space: { value: { freeBytes: 1, totalBytes: 2 }, sampledAtMs: clock.nowMs() } }));
    const signals = board(clock, [bad, slow, good], faults);
    expect(Object.keys(await signals.read())).toEqual(['disk_space']);
    await signals.read();
    expect(faults).toEqual(['plc: no route', 'ups: no answer within 20 ms']);
    broken = false;
    expect(Object.keys(await signals.read()).sort()).toEqual(['crane_motion', 'disk_space']);
    broken = true;
    await signals.read();
    expect(faults.filter((fault) => fault.startsWith('plc'))).toHaveLength(2);
  });

  it('keeps since when a signal is clear, and begins anew after every break', async () => {
    const clock = new SimClock();
    let distanceM = 20;
    const acs = source('acs', () => ({ acs_collision: { value: { distanceM, zone: 'clear', fault: false }, sampledAtMs: clock.nowMs() } }));
    const signals = board(clock, [acs]);
    const clearForMs = async () => {
      const since = (await signals.read()).acs_collision?.clearSinceAt;
      return since ? clock.nowMs() - Date.parse(since) : null;
    };
    expect(await clearForMs()).toBe(0);
    for (let second = 0; second < 10; second += 1) {
      clock.pass(1000);
      await signals.read();
    }
    expect(await clearForMs()).toBe(10_000);
    distanceM = 12;
    expect(await clearForMs()).toBeNull();
    distanceM = 20;
    expect(await clearForMs()).toBe(0);
    clock.pass(1500);
    expect(await clearForMs()).toBe(1500);
    // Nobody looked for longer than a sample is good for.
    clock.pass(5000);
    expect(await clearForMs()).toBe(0);
  });

  it('begins anew when the signal was missing in between', async () => {
    const clock = new SimClock();
    let answers = true;
    const acs = source('acs', () =>
      answers ? { acs_collision: { value: { distanceM: 30, zone: 'clear', fault: false }, sampledAtMs: clock.nowMs() } } : {},
    );
    const signals = board(clock, [acs]);
    await signals.read();
    clock.pass(1000);
    answers = false;
    await signals.read();
    clock.pass(500);
    answers = true;
    expect((await signals.read()).acs_collision?.clearSinceAt).toBe(new Date(clock.nowMs()).toISOString());
  });

  it('joins motion sources: each of them can say that the crane moves, and a difference is told', async () => {
    const clock = new SimClock();
    const at = (ms: number) => new Date(ms).toISOString();
    const nowMs = clock.nowMs();
    const drive = source('drive', () => ({
      crane_motion: { value: { ...still, moving: true, lastMovementAt: at(nowMs) }, sampledAtMs: nowMs },
    }));
    const encoder = source('encoder', () => ({
      crane_motion: { value: { ...still, lastMovementAt: at(nowMs - 60_000) }, sampledAtMs: nowMs - 400 },
    }));
    const { crane_motion: joined } = await board(clock, [drive, encoder]).read();
    expect(joined).toMatchObject({ source: 'drive + encoder', sampledAt: at(nowMs - 400), clearSinceAt: null });
    expect(joined?.value).toEqual({ moving: true, loadSuspended: false, sourcesDisagree: true, lastMovementAt: at(nowMs) });
    expect((await board(clock, [encoder, encoder]).read()).crane_motion?.value.sourcesDisagree).toBe(false);
  });

  it('has seen the crane move itself, whatever a source that counts no rest says, and however its clock is set', async () => {
    const clock = new SimClock();
    let value = { ...still, moving: true };
    const signals = board(clock, [source('plc', () => ({ crane_motion: { value, sampledAtMs: clock.nowMs() } }))]);
    const restMs = async () => {
      const last = (await signals.read()).crane_motion?.value.lastMovementAt;
      return last ? clock.nowMs() - Date.parse(last) : null;
    };
    expect(await restMs()).toBe(0);
    clock.pass(1000);
    value = still;
    expect(await restMs()).toBe(1000);
    value = { ...still, lastMovementAt: new Date(clock.nowMs() - 86_400_000).toISOString() };
    expect(await restMs()).toBe(1000);
    clock.step(365 * 86_400_000);
    expect(await restMs()).toBe(1000);
    // A source that knows of a later movement is believed.
    clock.pass(9000);
    value = { ...still, lastMovementAt: new Date(clock.nowMs() - 3000).toISOString() };
    expect(await restMs()).toBe(3000);
  });

  it('is locked out when any motion source says so', async () => {
    const clock = new SimClock();
    const at = (value: typeof still) => () => ({ crane_motion: { value, sampledAtMs: clock.nowMs() } });
    const signals = board(clock, [source('plc', at(still)), source('drive', at({ ...still, lockedOut: true }))]);
    expect((await signals.read()).crane_motion?.value).toMatchObject({ lockedOut: true, sourcesDisagree: false });
  });

  it('knows no motion when one of two motion sources is silent: by its kind, by what it said before, or by the configuration', async () => {
    const clock = new SimClock();
    let answers = true;
    const motion = () => ({ crane_motion: { value: still, sampledAtMs: clock.nowMs() } });
    const good = source('encoder', motion);
    const silent = source('drive', () => (answers ? motion() : Promise.reject(new Error('no route'))));
    const known = board(clock, [good, { ...silent, givesMotion: true }]);
    const learnt = board(clock, [good, silent]);
    for (const signals of [known, learnt]) expect((await signals.read()).crane_motion).toBeDefined();
    answers = false;
    for (const signals of [known, learnt]) expect((await signals.read()).crane_motion).toBeUndefined();
    const configured = (motionSources: number) =>
      createSignalBoard({ clock, sources: [good, silent], policy: () => EXAMPLE_POLICY, motionSources }).read();
    expect((await configured(2)).crane_motion).toBeUndefined();
    expect((await configured(1)).crane_motion).toBeDefined();
  });

  it('takes other signals from the source that is named first', async () => {
    const clock = new SimClock();
    const ups = (name: string, levelPercent: number) =>
      source(name, () => ({
        ups_battery: { value: { levelPercent, onBattery: false, runtimeSeconds: null }, sampledAtMs: clock.nowMs() },
      }));
    expect((await board(clock, [ups('main', 80), ups('spare', 20)]).read()).ups_battery).toMatchObject({ source: 'main' });
  });
});
