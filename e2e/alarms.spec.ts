import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { expectNoAxeFindingsInAnyLook } from './axe';
import { closeWindowOf, expect, open, press, reload, signInAs, test } from './fixtures';

/** The demo's gateway that is switched off: its alarm stands whatever other journeys do. */
const OFF = 'SAV-Y-B04-RTG14-GW1';

const table = (page: Page) => page.getByRole('table', { name: 'Alarms' });
const rowOf = (page: Page) =>
  table(page)
    .getByRole('row')
    .filter({ hasText: /Gateway offline/ })
    .filter({ hasText: OFF })
    .first();

async function openList(page: Page): Promise<void> {
  await open(page, '/alarms');
  await expect(table(page)).toBeVisible();
  await expect(page.getByText('Live', { exact: true })).toBeAttached();
}

test('an operator opens, acknowledges, shelves and takes back an alarm, by key', async ({ page }) => {
  // In its window an alarm is suppressed, and there is nothing to handle.
  await closeWindowOf(page.request, OFF);
  await signInAs(page, 'operator');
  await openList(page);
  const row = rowOf(page);
  // If the window was open until now, the alarm speaks again at the next turn of the controller.
  await expect(row).toBeVisible({ timeout: 120_000 });
  await row
    .getByRole('button', { name: /Gateway offline/ })
    .first()
    .focus();
  if ((await row.textContent())?.includes('unacknowledged')) await page.keyboard.press('a');
  await expect(row).toContainText('Active, acknowledged');
  // It is still there: acknowledging never clears.
  await reload(page);
  await expect(row).toContainText('Active, acknowledged');
  await press(row.getByRole('button', { name: /Gateway offline/ }).first());
  const drawer = page.getByRole('dialog');
  await expect(drawer.getByText('Check power and network of the gateway.')).toBeVisible();
  await expect(drawer.getByRole('heading', { name: 'History' })).toBeVisible();
  await expect(page).toHaveURL(/alarm=[0-9a-f-]{36}/);
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
  await row
    .getByRole('button', { name: /Gateway offline/ })
    .first()
    .focus();
  await page.keyboard.press('s');
  await drawer.getByLabel('Reason').fill('its cabinet is rebuilt until the evening');
  await drawer.getByLabel('For').selectOption('480');
  await drawer.getByRole('button', { name: 'Shelve', exact: true }).click();
  await expect(drawer).toBeHidden();
  await expect(row).toBeHidden();
  await page.getByRole('button', { name: 'Shelved' }).click();
  await expect(page).toHaveURL(/view=shelved/);
  await expect(row).toContainText('Shelved until');
  await row.getByRole('button', { name: /^Unshelve/ }).click();
  await expect(row).toBeHidden();
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(row).toContainText('Active, unacknowledged');
  await row.getByRole('button', { name: /^Acknowledge Gateway offline/ }).click();
  await expect(row).toContainText('Active, acknowledged');
});

test('a viewer reads the list and has nothing to press', async ({ page }) => {
  await signInAs(page, 'viewer');
  await openList(page);
  await expect(page.getByRole('button', { name: /^Acknowledge (Gateway|Update)/ })).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Notification channels' })).toHaveCount(0);
});

test.describe(() => {
  // The refusal that it provokes.
  test.use({ allowedErrors: [/status of 400/] });

  test('an administrator adds a webhook, sends a test, and sees why it did not arrive or that it did', async ({ page }) => {
    const bodies: { body: string; signature: string }[] = [];
    const receiver = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      bodies.push({ body, signature: String(request.headers['x-fairlead-signature']) });
      response.writeHead(204).end();
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const name = `Control room ${Date.now()}`;
    await signInAs(page, 'admin');
    await open(page, '/alarms');
    await page.getByRole('link', { name: 'Notification channels' }).click();
    await page.getByRole('button', { name: 'Add a channel' }).click();
    const dialog = page.getByRole('dialog');
    const fill = async (url: string) => {
      await dialog.getByLabel('Name').fill(name);
      await dialog.getByLabel('Address').fill(url);
      await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    };
    // The metadata service of a cloud is nobody's receiver.
    await fill('http://169.254.169.254/latest');
    await expect(dialog.getByText(/link-local, metadata or reserved/)).toBeVisible();
    await fill(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`);
    await expect(dialog.getByText('Copy the signing secret now')).toBeVisible();
    const secret = /whs_[\w-]{32}/.exec((await dialog.textContent()) ?? '')?.[0] ?? '';
    await dialog.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByRole('button', { name: `Test ${name}` }).click();
    const deliveries = page.getByRole('region', { name: 'Deliveries' });
    await expect(deliveries.getByRole('row').filter({ hasText: 'Test message' })).toContainText('Sent');
    await expect(deliveries).toContainText('204');
    const [, seconds, signature] = /^t=(\d+),v1=([0-9a-f]+)$/.exec(bodies[0]?.signature ?? '') ?? [];
    expect(createHmac('sha256', secret).update(`${seconds}.${bodies[0]?.body}`).digest('hex')).toBe(signature);
    await page.getByRole('button', { name: `Remove ${name}` }).click();
    await page.getByRole('button', { name: 'Remove the channel' }).click();
    await expect(page.getByRole('rowheader', { name })).toHaveCount(0);
    await new Promise((resolve) => receiver.close(resolve));
  });
});

test('axe finds nothing on the alarm pages', async ({ page }) => {
  await signInAs(page, 'admin');
  for (const path of ['/alarms', '/alarms?view=closed&priority=1', '/settings/channels']) {
    await open(page, path);
    await expectNoAxeFindingsInAnyLook(page, path);
  }
  await page.getByRole('button', { name: 'Add a channel' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'E-mail' }).click();
  await page.getByLabel('A mail server of its own').check();
  await expectNoAxeFindingsInAnyLook(page, 'add a channel');
  await open(page, '/alarms');
  await table(page).getByRole('row').nth(1).getByRole('button').first().click();
  await expect(page.getByRole('heading', { name: 'History' })).toBeVisible();
  await expectNoAxeFindingsInAnyLook(page, 'an alarm');
});
