import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../clock';
import type { Clock } from '../ports';
import { listenOnFreePort } from '../testing/listen';
import { createHealthCheck } from './health-check';

const never = new AbortController().signal;
/** Three tries, each with as much real time as it needs: only pauses move the clock. */
const soon = { deadlineMs: 60_000, intervalMs: 20_000 };
let nowMs = 0;
const clock: Clock = {
  ...systemClock,
  monotonicMs: () => nowMs,
  async wait(ms) {
    nowMs += ms;
    return true;
  },
};
let server: Server;
let asked = 0;
let url: string;

beforeAll(async () => {
  server = createServer((_request, response) => {
    asked += 1;
    response.statusCode = asked < 3 ? 503 : 204;
    response.end();
  });

  url = `http://127.0.0.1:${await listenOnFreePort(server)}/healthz`;
});
afterAll(() => server.close());

describe('health check', () => {
  it('runs a command until it succeeds or the deadline passes', async () => {
    const program = process.execPath;
    const good = createHealthCheck({ kind: 'command', program, parameters: ['-e', ''], ...soon }, clock);
    expect(await good(never)).toEqual({ ok: true });
    const parameters = ['-e', 'console.error("plc is silent"); process.exit(3)'];
    const bad = createHealthCheck({ kind: 'command', program, parameters, ...soon }, clock);
    expect(await bad(never)).toMatchObject({ ok: false, reason: expect.stringMatching(/not healthy within 60 s: plc is silent/) });
    const none = createHealthCheck({ kind: 'command', program: '/no/such', parameters: [], ...soon }, clock);
    expect(await none(never)).toMatchObject({ ok: false, reason: expect.stringMatching(/ENOENT/) });
  });

  it('asks over HTTP again until the answer is good', async () => {
    expect(await createHealthCheck({ kind: 'http', url, ...soon }, clock)(never)).toEqual({ ok: true });
    expect(asked).toBe(3);
    const dead = createHealthCheck({ kind: 'http', url: 'http://127.0.0.1:9/', ...soon }, clock);
    expect((await dead(never)).ok).toBe(false);
  });

  it('without a check of its own, waits for the session with the server', async () => {
    let tries = 0;
    const isConnected = () => ++tries > 2;
    expect(await createHealthCheck({ kind: 'none', isConnected, ...soon }, clock)(never)).toEqual({ ok: true });
    const off = createHealthCheck({ kind: 'none', isConnected: () => false, ...soon }, clock);
    expect(await off(never)).toMatchObject({ ok: false, reason: expect.stringMatching(/no session/) });
  });

  it('ends at once when it is stopped', async () => {
    const stop = new AbortController();
    stop.abort();
    const check = createHealthCheck({ kind: 'none', isConnected: () => false, deadlineMs: 60_000, intervalMs: 1000 }, systemClock);
    expect((await check(stop.signal)).ok).toBe(false);
  });
});
