/** One gateway of the demo: powered on, restarted through its simulated bootloader, powered off. The agent in it is the real one. */
import { createStderrPrint } from '#/agent/agent-log';
import { systemClock } from '#/agent/clock';
import { between, noiseAt } from '#/agent/crane-script/noise';
import { createHealthCheck } from '#/agent/health/health-check';
import { EnrolmentRefusedError, obtainIdentity } from '#/agent/identity/enrol';
import { type RunningGateway, runGateway } from '#/agent/run-gateway';
import { openFileSlots } from '#/agent/slots/file-slots';
import type { Storage } from '#/agent/storage/storage';
import type { SafetyPolicy } from '#/domain/safety/policy';
import type { FleetGateway, FleetPlan } from '#/protocol/demo/fleet-plan';
import { createDemoNetwork } from './demo-network';
import { createDemoSources, createDemoVitals } from './demo-sources';
import { type DemoFolders, layOut } from './lay-out';
import { slowFlash } from './slow-flash';

export type DemoGatewayOptions = {
  storage: Storage;
  home: string;
  plan: FleetPlan;
  gateway: FleetGateway;
  /** Another address of the broker than the one that enrolment named. */
  mqttUrl: string | null;
  /** How long a restart takes, and each try of an image that does not come up. */
  bootMs?: number;
  healthDeadlineMs?: number;
  basePolicy?: SafetyPolicy;
};
export type DemoGateway = { stop(): Promise<void> };

const clock = systemClock;
const FLASH_BYTES_PER_SECOND = 900_000;
const FLASH_CHUNK_BYTES = 65_536;
/** A gateway that died of an error is tried again, as a watchdog would. */
const REVIVE_MS = 15_000;
/** A token that was refused will be again, until a new plan brings another. */
const REFUSED_MS = 10 * 60_000;

/** Runs until it is stopped; what goes wrong is printed and tried again. */
export function startDemoGateway(options: DemoGatewayOptions): DemoGateway {
  const off = new AbortController();
  const print = createStderrPrint('warning', `${options.gateway.name} `);

  async function live(): Promise<void> {
    while (!off.signal.aborted) {
      try {
        await liveOnce(options, off.signal, print);
        await clock.wait(bootMsOf(options), off.signal);
      } catch (error) {
        if (off.signal.aborted) return;
        print('error', `fleet: ${error instanceof Error ? error.message : error}`);
        await clock.wait(error instanceof EnrolmentRefusedError ? REFUSED_MS : REVIVE_MS, off.signal);
      }
    }
  }

  const running = live();
  return {
    async stop() {
      off.abort();
      await running;
    },
  };
}

/** One boot: resolves when the gateway restarts itself or is switched off. */
async function liveOnce(options: DemoGatewayOptions, off: AbortSignal, print: ReturnType<typeof createStderrPrint>): Promise<void> {
  const { storage, plan, gateway } = options;
  const folders = await layOut(storage, options.home, plan, gateway);
  const device = { serialNumber: gateway.serialNumber, model: gateway.model, hardwareRevision: gateway.hardwareRevision };
  const identity = await obtainIdentity({
    storage,
    dataFolder: folders.data,
    serverUrl: plan.serverUrl,
    token: gateway.enrolmentToken,
    device,
    fetchHttp: fetch,
    onDelay: (reason) => print('debug', `fleet: not enrolled yet: ${reason}`),
    signal: off,
    longestDelayMs: 10_000,
  });
  const mqttUrl = options.mqttUrl ?? identity.mqttUrl;
  const network = createDemoNetwork(gateway.link, gateway.scriptSeed, mqttUrl, clock);
  let restart = () => {};
  const restarts = new Promise<void>((resolve) => {
    restart = resolve;
  });
  try {
    const running: RunningGateway = await runGateway({
      clock,
      storage,
      dataFolder: folders.data,
      identity,
      folders: folders.own,
      recoveryImage: folders.recoveryImage,
      secrets: [gateway.enrolmentToken],
      serverUrl: plan.serverUrl,
      mqttUrl,
      device,
      slots: await bootSlots(options, folders, off),
      sources: (session) => createDemoSources(gateway, network, session, clock),
      health: ({ isConnected }) =>
        createHealthCheck({ kind: 'none', isConnected, deadlineMs: options.healthDeadlineMs ?? 180_000, intervalMs: 1500 }, clock),
      vitals: (view) => createDemoVitals(gateway, clock, view),
      async reboot(_reason, end) {
        await end();
        restart();
        // What runs now ends with this boot.
        return new Promise(() => {});
      },
      fetchHttp: network.fetchHttp,
      ...(gateway.pinsKeys ? {} : { releaseKeys: null }),
      print,
      ...(options.basePolicy ? { basePolicy: options.basePolicy } : {}),
      tuning: { writeChunkBytes: FLASH_CHUNK_BYTES, download: { longestDelayMs: 10_000, triesWithoutProgress: 60 } },
      reconnectMs: 2500,
      openStream: network.openStream,
    });
    await Promise.race([restarts, whenAborted(off)]);
    if (off.aborted) await running.stop();
  } finally {
    network.close();
  }
}

async function bootSlots(options: DemoGatewayOptions, folders: DemoFolders, off: AbortSignal) {
  const { storage, plan, gateway } = options;
  const { badVersions } = gateway;
  const slots = await openFileSlots({ storage, folder: folders.slots, clock, capacityBytes: plan.slotBytes, badVersions });
  // Each try that did not come up took its time as well.
  if (slots.boot.tries > 1) await clock.wait((slots.boot.tries - 1) * bootMsOf(options), off);
  return slowFlash(slots, FLASH_BYTES_PER_SECOND, clock);
}

function bootMsOf({ bootMs, gateway }: DemoGatewayOptions): number {
  return bootMs ?? between(3500, 7000, noiseAt(gateway.scriptSeed, 51));
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
