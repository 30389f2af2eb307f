/** What a demo gateway measures: its crane's script, its link's script with the age of the real session, and a small disk. */
import { between, driftAt, noiseAt } from '#/agent/crane-script/noise';
import { createScriptSource } from '#/agent/crane-script/script-source';
import type { Clock, EngineView } from '#/agent/ports';
import type { Session } from '#/agent/run-gateway';
import type { SignalSource } from '#/agent/signals/signal-source';
import type { VitalsReader } from '#/agent/vitals/host-vitals';
import type { FleetGateway } from '#/protocol/demo/fleet-plan';
import type { DemoNetwork } from './demo-network';

const DISK_BYTES = 8_000_000_000;
const MEMORY_BYTES = 2_000_000_000;
const HOUR_MS = 3_600_000;

export function createDemoSources(gateway: FleetGateway, network: DemoNetwork, session: Session, clock: Clock): SignalSource[] {
  const { scriptSeed: seed, craneKind: kind, duty, weakUps, upsPercent } = gateway;
  return [
    createScriptSource({ seed, kind, duty, weakUps, upsPercent }, clock),
    {
      name: 'agent: MQTT session',
      async read() {
        const { up, rttMs, lossPercent } = network.now();
        const { sessionAgeMs } = session.quality.measure();
        const value = { rttMs: up ? rttMs : null, lossPercent, sessionAgeMs };
        return { network_connectivity: { value, sampledAtMs: clock.nowMs() } };
      },
    },
    {
      name: 'agent: data partition',
      async read() {
        const sampledAtMs = clock.nowMs();
        return { disk_space: { value: { freeBytes: diskFree(gateway, sampledAtMs), totalBytes: DISK_BYTES }, sampledAtMs } };
      },
    },
  ];
}

/** Vitals of a small industrial computer: its own noise, and more load while it works on an update. */
export function createDemoVitals(gateway: FleetGateway, clock: Clock, view: () => EngineView): VitalsReader {
  const seed = ownSeed(gateway);
  return async () => {
    const nowMs = clock.nowMs();
    const { job, bootedAt } = view();
    const load = LOAD[job?.state ?? ''] ?? 0;
    const cpuPercent = Math.min(99, between(9, 27, driftAt(seed, 41, nowMs, 12_000)) + load + (gateway.duty === 'busy' ? 6 : 0));
    const memoryPercent = between(34, 52, driftAt(seed, 42, nowMs, 5 * 60_000)) + load / 8;
    // Hotter by day and under load.
    const warmth = 5 * Math.sin((2 * Math.PI * nowMs) / (24 * HOUR_MS));
    const diskFreeBytes = diskFree(gateway, nowMs);
    return {
      cpuPercent: round(cpuPercent),
      memoryPercent: round(memoryPercent),
      diskPercent: round(100 * (1 - diskFreeBytes / DISK_BYTES)),
      temperatureC: round(between(38, 49, driftAt(seed, 43, nowMs, 3 * 60_000)) + warmth + load / 10),
      uptimeSeconds: Math.max(0, Math.floor((nowMs - Date.parse(bootedAt)) / 1000)),
      memoryFreeBytes: Math.round(MEMORY_BYTES * (1 - memoryPercent / 100)),
      diskFreeBytes,
    };
  };
}

/** Per cent of a CPU that a step of an update takes. */
const LOAD: Record<string, number> = { downloading: 14, verifying: 38, writing: 31, booted_unconfirmed: 45 };

/** Logs grow by the hour and are rotated by the day. */
function diskFree(gateway: FleetGateway, nowMs: number): number {
  const seed = ownSeed(gateway);
  const grown = ((nowMs / HOUR_MS) % 24) * 6_000_000;
  return Math.round(DISK_BYTES * between(0.34, 0.71, noiseAt(seed, 44)) - grown);
}

/** Two gateways on one crane share its script, but not their own load. */
function ownSeed({ scriptSeed, serialNumber }: FleetGateway): number {
  return [...serialNumber].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), scriptSeed);
}

const round = (value: number) => Math.round(value * 10) / 10;
