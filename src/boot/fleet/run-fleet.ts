/** The demo fleet: every gateway of the plan that is not switched off, and those that a later plan adds. */
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { createNodeStorage } from '#/agent/storage/node-storage';
import { type FleetGateway, type FleetPlan, fleetPlanSchema } from '#/protocol/demo/fleet-plan';
import { type DemoGateway, type DemoGatewayOptions, startDemoGateway } from './demo-gateway';

export type FleetOptions = Pick<DemoGatewayOptions, 'mqttUrl' | 'bootMs' | 'healthDeadlineMs' | 'basePolicy'> & {
  /** plan.json; the gateways' folders are beside it. */
  planFile: string;
  onPlan?(gateways: number): void;
  onError?(message: string): void;
  lookMs?: number;
};
export type Fleet = { stop(): Promise<void> };

const LOOK_MS = 3000;

/** Resolves at once; a plan that is not there yet is waited for. */
export function startFleet(options: FleetOptions): Fleet {
  const storage = createNodeStorage();
  /** Running gateways by name, with the plan entry that they run by. */
  const running = new Map<string, { entry: string; gateway: DemoGateway }>();
  let readAtMs = Number.NaN;
  let work: Promise<void> = Promise.resolve();
  const { planFile, onPlan, onError, lookMs = LOOK_MS, ...settings } = options;
  const home = dirname(planFile);

  async function follow(plan: FleetPlan): Promise<void> {
    const wanted = new Map(plan.gateways.filter((gateway) => !gateway.off).map((gateway) => [gateway.name, gateway]));
    const gone = [...running].filter(([name, { entry }]) => entry !== entryOf(plan, wanted.get(name)));
    await Promise.all(gone.map(([, { gateway }]) => gateway.stop()));
    for (const [name] of gone) running.delete(name);
    for (const [name, gateway] of wanted) {
      if (running.has(name)) continue;
      running.set(name, { entry: entryOf(plan, gateway), gateway: startDemoGateway({ ...settings, storage, home, plan, gateway }) });
    }
    onPlan?.(running.size);
  }

  async function look(): Promise<void> {
    const found = await stat(planFile).catch(() => null);
    if (found === null || found.mtimeMs === readAtMs) return;
    try {
      const plan = fleetPlanSchema.parse(JSON.parse(await readFile(planFile, 'utf8')));
      readAtMs = found.mtimeMs;
      await follow(plan);
    } catch (error) {
      // Said once for each state of the file; a half-written one is complete at the next look.
      readAtMs = found.mtimeMs;
      const reason = error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);
      onError?.(`${planFile} cannot be used: ${reason}`);
    }
  }

  const step = () => {
    work = work.then(look);
  };
  step();
  const timer = setInterval(step, lookMs);
  return {
    async stop() {
      clearInterval(timer);
      await work;
      await Promise.all([...running.values()].map(({ gateway }) => gateway.stop()));
    },
  };
}

/** What a running gateway depends on; when it changes the gateway is started anew. */
function entryOf({ serverUrl, slotBytes }: FleetPlan, gateway: FleetGateway | undefined): string {
  return gateway === undefined ? '' : JSON.stringify({ serverUrl, slotBytes, gateway });
}
