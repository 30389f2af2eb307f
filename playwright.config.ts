/** Browser and API tests against the real stack, which e2e/start-stack.ts starts in a home of its own (E2E_HOME: one that runs already). */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';

const PORT = Number(process.env.E2E_PORT ?? 28_000);
process.env.E2E_PORT ??= String(PORT);
process.env.FAIRLEAD_HOME = process.env.E2E_HOME ?? process.env.E2E_TEMP_HOME ?? join(tmpdir(), `fairlead-e2e-${PORT}`);
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));

/** They mostly wait: for gateways that restart, or for a stack of their own. */
const PATIENT = ['ctrl-c', 'kill-and-recover', 'overrides', 'own-servers', 'recovery-screen', 'recovery', 'update-now'];
const FIRST = PATIENT.map((name) => `${name}.spec.ts`);
/** It makes pictures and tests nothing: only on request. */
const IMAGES = process.env.README_IMAGES === '1' ? [] : ['readme-images.spec.ts'];

export default defineConfig({
  testDir: 'e2e',
  // The database tests compute while these wait, and at the end there is no long file left that one worker alone has to finish.
  projects: [
    { name: 'first', testMatch: FIRST },
    { name: 'then', testIgnore: [...FIRST, ...IMAGES] },
  ],
  globalSetup: './e2e/start-stack.ts',
  outputDir: 'test-results',
  // One fleet is shared by all: two workers at most, and what changes a gateway takes one of its own.
  workers: 2,
  fullyParallel: false,
  // Limits only, for a machine that is slow and shared: what is waited for is a condition. What is over fails by its own words.
  timeout: 600_000,
  expect: { timeout: 60_000 },
  retries: 0,
  forbidOnly: true,
  reporter: [['line'], ['json', { outputFile: 'test-results/results.json' }]],
  use: {
    baseURL: `http://localhost:${PORT}`,
    // Without pictures and copies of the page at each step, which cost a quarter of the whole: `--trace on` records them.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: false },
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(CHROMIUM ? { executablePath: CHROMIUM } : {}),
      args: [
        '--no-sandbox',
        '--disable-dev-shm-usage',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
