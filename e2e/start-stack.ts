/** Playwright's global set-up: `npm start` as its user would run it, in a folder of its own, and its orderly end. */
import { rmSync } from 'node:fs';
import { expect, request } from '@playwright/test';
import { onlineGateways, readDemo } from './fixtures';
import { startStack } from './stack';

/** Of the demo's gateways, without those that are switched off. */
const ENOUGH_ONLINE = 20;

export default async function startEverything(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.E2E_HOME) return undefined;
  const home = process.env.FAIRLEAD_HOME as string;
  rmSync(home, { recursive: true, force: true });
  const stack = await startStack({ home, port: Number(process.env.E2E_PORT), env: { WEBHOOK_ALLOW_PRIVATE: '1' } });
  const api = await request.newContext();
  await expect.poll(() => onlineGateways(api, readDemo()), { timeout: 240_000 }).toBeGreaterThanOrEqual(ENOUGH_ONLINE);
  await api.dispose();
  return async () => {
    await stack.stop();
    if (!process.env.E2E_KEEP) rmSync(home, { recursive: true, force: true });
  };
}
