/** Whether a freshly booted system works: asked again and again until it says yes or the deadline passes. */
import { execFile } from 'node:child_process';
import type { Clock } from '../ports';

export type HealthResult = { ok: true } | { ok: false; reason: string };
/** Resolves at the latest when the deadline passes; `signal` ends it early with not ok. */
export type HealthCheck = (signal: AbortSignal) => Promise<HealthResult>;

/**
 * command: exit status 0. http: a 2xx answer. none: the agent itself has a session with the server.
 * deadlineMs bounds the whole check, intervalMs is the pause between tries.
 */
export type HealthSpec = { deadlineMs: number; intervalMs: number } & (
  | { kind: 'command'; program: string; parameters: readonly string[] }
  | { kind: 'http'; url: string }
  | { kind: 'none'; isConnected: () => boolean }
);

type Probe = (signal: AbortSignal) => Promise<HealthResult>;

/** Longest single try. */
const TRY_MS = 10_000;

export function createHealthCheck(spec: HealthSpec, clock: Clock, fetchHttp: typeof fetch = fetch): HealthCheck {
  const probe = probeOf(spec, fetchHttp);
  return async (signal) => {
    const until = clock.monotonicMs() + spec.deadlineMs;
    for (let last = 'it was not asked'; ; ) {
      if (signal.aborted) return { ok: false, reason: 'the check was stopped' };
      const leftMs = until - clock.monotonicMs();
      if (leftMs <= 0) return { ok: false, reason: `not healthy within ${spec.deadlineMs / 1000} s: ${last}`.slice(0, 400) };
      const result = await probe(AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(Math.min(TRY_MS, leftMs)))]));
      if (result.ok) return result;
      last = result.reason;
      await clock.wait(Math.min(spec.intervalMs, Math.max(0, until - clock.monotonicMs())), signal);
    }
  };
}

function probeOf(spec: HealthSpec, fetchHttp: typeof fetch): Probe {
  switch (spec.kind) {
    case 'command':
      return (signal) => runCommand(spec.program, spec.parameters, signal);
    case 'http':
      return (signal) => askHttp(spec.url, fetchHttp, signal);
    case 'none':
      return async () => (spec.isConnected() ? { ok: true } : { ok: false, reason: 'there is no session with the server' });
  }
}

function runCommand(program: string, parameters: readonly string[], signal: AbortSignal): Promise<HealthResult> {
  return new Promise((resolve) => {
    execFile(program, [...parameters], { signal, encoding: 'utf8', maxBuffer: 65_536 }, (error, stdout, stderr) => {
      if (error === null) return resolve({ ok: true });
      const said = `${stderr}${stdout}`.trim().split('\n').at(-1) ?? '';
      resolve({ ok: false, reason: said === '' ? error.message : said });
    });
  });
}

async function askHttp(url: string, fetchHttp: typeof fetch, signal: AbortSignal): Promise<HealthResult> {
  try {
    const response = await fetchHttp(url, { signal });
    await response.body?.cancel();
    return response.ok ? { ok: true } : { ok: false, reason: `${url} answered ${response.status}` };
  } catch (error) {
    return { ok: false, reason: `${url}: ${error instanceof Error ? error.message : 'no answer'}` };
  }
}
