/** A crane that begins to move while an update is downloaded or written. */
import { describe, expect, it } from 'vitest';
import { SHIPPED_SITE_POLICY } from '#/domain/safety/site-policy';
import { Crane, lastHold, looks, NEW_IMAGE, state, states, until, waits } from '../testing/crane-plant';
import type { SimPlant } from '../testing/sim-gateway';
import { deployOrder } from '../testing/sim-orders';
import { startOnCrane } from '../testing/start-on-crane';

const start = (crane: Crane, more?: Partial<SimPlant>) => startOnCrane(crane, [], more);

describe('a download', () => {
  const policy = { ...SHIPPED_SITE_POLICY, pauseDownload: { ...SHIPPED_SITE_POLICY.pauseDownload, crane_motion: true } };
  /** Serves some bytes and then waits until it is told to go on or is stopped. */
  function slowServer(image = NEW_IMAGE) {
    const gate = { begun: 0, open: false };
    const fetchHttp: typeof fetch = async (_url, init) => {
      const range = /^bytes=(\d+)-$/.exec(new Headers(init?.headers).get('range') ?? '');
      let offset = range ? Number(range[1]) : 0;
      gate.begun += 1;
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          if (offset >= 2048 && !gate.open)
            await new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
          if (offset >= image.bytes.length) return controller.close();
          controller.enqueue(image.bytes.slice(offset, offset + 1024));
          offset += 1024;
        },
      });
      const headers = {
        etag: '"x"',
        'content-length': String(image.bytes.length - offset),
        ...(range ? { 'content-range': `bytes ${offset}-${image.bytes.length - 1}/${image.bytes.length}` } : {}),
      };
      return new Response(body, { status: range ? 206 : 200, headers });
    };
    return { gate, fetchHttp };
  }

  it('pauses when the crane begins to move, as the policy says, and resumes by itself where it was', async () => {
    const crane = new Crane();
    const { gate, fetchHttp } = slowServer();
    const gateway = await start(crane, { fetchHttp });
    await gateway.engine.handle({ name: 'policy.apply', version: 1, policy });
    await gateway.engine.handle(deployOrder(NEW_IMAGE));
    await until(gateway, () => state(gateway) === 'downloading');
    while (gate.begun === 0) await new Promise((resolve) => setImmediate(resolve));
    crane.moving = true;
    await waits(gateway, /an axis is moving/);
    expect(lastHold(gateway)).toMatchObject([{ kind: 'interlock', constraint: 'crane_motion', hard: true, source: 'sim' }]);
    await looks(gateway, 30);
    expect(gate.begun).toBe(1);
    gate.open = true;
    crane.moving = false;
    crane.stoppedAtMs = gateway.plant.clock.nowMs();
    await gateway.restarts;
    expect(gate.begun).toBe(2);
    expect(states(gateway).filter((one) => one === 'downloading')).toHaveLength(2);
  });

  it('goes on while the crane moves where the policy does not say so; an immediate one fails where it does', async () => {
    const crane = new Crane();
    const { gate, fetchHttp } = slowServer();
    const gateway = await start(crane, { fetchHttp });
    await gateway.engine.handle(deployOrder(NEW_IMAGE));
    await until(gateway, () => state(gateway) === 'downloading');
    crane.moving = true;
    await looks(gateway, 30);
    expect(state(gateway)).toBe('downloading');
    gate.open = true;

    const immediate = await start(new Crane(), { fetchHttp: slowServer().fetchHttp, signals: (clock) => crane.read(clock) });
    crane.moving = false;
    await immediate.engine.handle({ name: 'policy.apply', version: 1, policy });
    await immediate.engine.handle(deployOrder(NEW_IMAGE, { strategy: 'immediate' }));
    await until(immediate, () => state(immediate) === 'downloading');
    crane.moving = true;
    await until(immediate, () => state(immediate) === 'failed');
    expect(immediate.plant.server.reports.at(-1)?.errorCode).toBe('UPDATE_BLOCKED');
  });

  it('a write that runs is finished while the crane moves, and there is no reboot', async () => {
    const crane = new Crane();
    const gateway = await start(crane);
    await gateway.engine.handle({ name: 'policy.apply', version: 1, policy });
    const stop = gateway.outbox.onAppend(() => {
      if (state(gateway) === 'writing') crane.moving = true;
    });
    await gateway.engine.handle(deployOrder(NEW_IMAGE));
    await waits(gateway, /an axis is moving/);
    stop();
    expect(states(gateway)).toContain('written');
    await looks(gateway, 30);
    expect(states(gateway)).not.toContain('boot_pending');
  });
});
