/** The reference page's JavaScript, in a real page of the server's origin: monitor over the WebSocket, dashboard over REST. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createGatewayToken, expect, readDemo, signInAs, test } from './fixtures';

// The programs are put into the page as scripts; the server's own pages forbid that.
test.use({ bypassCSP: true });

const READY_GATEWAY = 'RTM-Y-B11-RMG02-GW1';
const program = (name: string) => readFileSync(path.join(import.meta.dirname, 'seed-programs', name), 'utf8');

/** What the reference page leaves to its reader: the elements, and functions that only note that they were called. */
const HARNESS = `
  document.body.innerHTML = '<div id="progress-bar"></div><p id="progress-text"></p><p id="current-operation"></p><div id="notifications"></div>';
  window.calls = [];
  for (const name of ['updateETA', 'updateSystemStatus', 'showSafetyAlert', 'showActionButtons', 'showCompletionMessage', 'enableNextStep',
    'startRebootCountdown', 'renderUpdatesList', 'showError', 'startProgressMonitoring', 'updateProgressUI', 'enableInstallButton']) {
    window[name] = (...args) => window.calls.push([name, ...args]);
  }`;

type Call = [string, ...unknown[]];

test('monitor and dashboard of the reference page follow an update from check to the next step', async ({ page, request }) => {
  const { url } = readDemo();
  await signInAs(page, 'supervisor');
  const token = await createGatewayToken(page, READY_GATEWAY);
  // A page of the server's origin without an application in it, which would take its elements back.
  await page.goto('/healthz');
  await page.evaluate((secret) => localStorage.setItem('token', secret), token);
  await page.addScriptTag({ content: HARNESS });
  await page.addScriptTag({ content: program('monitor.js').replace('ws://localhost/', `${url.replace('http', 'ws')}/`) });
  await page.addScriptTag({ content: program('dashboard.js') });
  const calls = () => page.evaluate(() => (window as unknown as { calls: Call[] }).calls);
  const called = async (name: string) => (await calls()).filter(([one]) => one === name);

  const updates = await page.evaluate(() =>
    (window as unknown as { checkForUpdates(): Promise<{ id: string; version: string }[]> }).checkForUpdates(),
  );
  expect(updates.length).toBeGreaterThan(0);
  const jobId = await page.evaluate(
    ([id, version]) =>
      (window as unknown as { startDownload(id: string, version: string): Promise<string> }).startDownload(id as string, version as string),
    [updates[0]?.id, updates[0]?.version],
  );
  expect(jobId).toMatch(/^OTA-JOB-/);
  await page.evaluate((id) => (window as unknown as { monitorProgress(id: string): void }).monitorProgress(id), jobId);
  await expect(page.locator('#progress-text')).toHaveText(/^[\d.]+%$/);
  await expect.poll(() => called('enableInstallButton'), { timeout: 240_000 }).toEqual([['enableInstallButton', jobId]]);
  expect(await called('showError')).toEqual([]);

  const answer = await request.post('/cloud-integration/updates/install', {
    headers: { Authorization: `Bearer ${token}` },
    data: { job_id: jobId, strategy: 'seamless', reboot_after: true, reboot_delay: 0 },
  });
  expect(await answer.json()).toMatchObject({ status: 'installing' });
  await expect.poll(async () => (await called('showCompletionMessage')).length, { timeout: 240_000 }).toBeGreaterThan(0);
  expect((await called('enableNextStep')).length).toBeGreaterThan(0);
  await expect(page.locator('#current-operation')).not.toBeEmpty();
});
