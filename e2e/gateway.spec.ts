import { expect, open, reload, signInAs, test } from './fixtures';

/** At work all day: something always holds it or has just held it. */
const BUSY = 'RTM-Q-STS05-GW1';
/** At rest, current, and of no other journey. */
const RESTING = 'RTM-Y-B22-ASC03-GW1';
/** Switched off for good. */
const OFF = 'SAV-Y-B04-RTG14-GW1';

test('the plant name in the address leads to the gateway; it says where it is and what it runs', async ({ page }) => {
  await signInAs(page, 'viewer');
  await open(page, `/gateways/${BUSY}`);
  await expect(page).toHaveURL(/\/gateways\/[0-9a-f-]{36}$/);
  await expect(page.getByRole('heading', { level: 1, name: BUSY })).toBeVisible();
  const crumbs = page.getByRole('navigation', { name: 'Breadcrumb' });
  for (const part of ['Rotterdam', 'Quay', 'STS05', BUSY]) await expect(crumbs.getByText(part, { exact: true })).toBeVisible();
  const slots = page.getByRole('region', { name: 'Slots' });
  await expect(slots.getByRole('region', { name: 'Slot A' })).toBeVisible();
  await expect(slots.getByText('next boot')).toHaveCount(1);
  await expect(page.getByRole('link', { name: 'Update now' })).toHaveCount(0);
});

test('why not now: a crane at work holds an update, and the constraint says its value, limit, age and source', async ({ page }) => {
  await signInAs(page, 'operator');
  // A crane rests for minutes between two spells of work: one that moves now is on the board. On the quay all are on fibre: a gateway
  // whose link has just gone has no values.
  await open(page, '/safety?reason=crane_motion');
  const moving = page
    .getByRole('table', { name: 'Blocked gateways' })
    .getByRole('link', { name: /-Q-STS\d+-GW\d$/ })
    .first();
  await open(page, (await moving.getAttribute('href')) ?? '');
  const signals = page.getByRole('region', { name: 'Safety signals' });
  for (const name of ['Crane motion', 'Anti-collision', 'UPS battery', 'Network', 'Disk space']) {
    const bar = signals.getByRole('listitem').filter({ hasText: name });
    await expect(bar).toContainText(/\d+ (s|min) old/);
  }
  const why = page.getByRole('region', { name: 'Why not now' });
  await expect(why.getByRole('listitem').first()).toContainText('Clears when');
});

test('the ages tick without anyone doing anything', async ({ page }) => {
  await signInAs(page, 'operator');
  await open(page, `/gateways/${OFF}`);
  await expect(page.getByRole('region', { name: 'Why not now' })).toContainText('the gateway is offline', { ignoreCase: true });
  await expect(page.getByRole('region', { name: 'Safety signals' }).getByText('no value', { exact: true })).toHaveCount(5);
  await open(page, `/gateways/${RESTING}`);
  const seen = page.getByText(/^Last seen/);
  await expect(seen).toContainText(/\d s ago/);
  const before = await seen.textContent();
  await expect(seen).not.toHaveText(before ?? '');
});

test('tabs are in the URL and can be walked with the arrow keys; charts have ranges and tables', async ({ page }) => {
  await signInAs(page, 'operator');
  await open(page, `/gateways/${RESTING}`);
  await page.getByRole('tab', { name: 'Status' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page).toHaveURL(/tab=vitals/);
  const cpu = page.getByRole('figure', { name: 'CPU' });
  await cpu.getByRole('button', { name: 'Table' }).click();
  await expect(cpu.getByRole('cell', { name: /\d %/ }).first()).toBeVisible();
  await page.getByRole('button', { name: '7 days' }).click();
  await expect(page).toHaveURL(/range=7d/);
  await reload(page);
  await expect(page.getByRole('button', { name: '7 days' })).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('tab', { name: 'Timeline' }).click();
  await expect(page.getByRole('tabpanel', { name: 'Timeline' }).getByRole('listitem').first()).toBeVisible();
});

test('the log is narrowed by level, source and text, with the state in the URL', async ({ page }) => {
  await signInAs(page, 'operator');
  await open(page, `/gateways/${RESTING}?tab=log`);
  await page.getByRole('combobox', { name: 'Level' }).selectOption('error');
  await expect(page).toHaveURL(/level=error/);
  await page.getByRole('combobox', { name: 'Source' }).selectOption('recovery');
  await page.keyboard.press('Escape');
  await page.getByRole('searchbox', { name: 'Filter by message' }).fill('there is no such line');
  await expect(page).toHaveURL(/q=there/);
  await expect(page.getByText('No line matches')).toBeVisible();
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await expect(page).not.toHaveURL(/level=/);
});

test.describe('settings', () => {
  test('only what changed is saved; somebody else’s change in between is said', async ({ page, context }) => {
    await signInAs(page, 'supervisor');
    await open(page, `/gateways/${RESTING}?tab=settings`);
    const begins = page.getByLabel('Begins at, site wall time');
    const time = (await begins.inputValue()) === '01:30' ? '02:30' : '01:30';
    await begins.fill(time);
    await expect(page.getByText('1 field changed')).toBeVisible();
    await expect(page.getByRole('region', { name: 'Next windows' }).getByText(time).first()).toBeVisible();
    await page.getByRole('button', { name: 'Save the changes' }).click();
    await expect(page.getByText('The settings are saved')).toBeVisible();
    await reload(page);
    await expect(begins).toHaveValue(time);

    const other = await context.newPage();
    await open(other, page.url());
    await page.getByLabel('An update is on offer').click();
    await other.getByLabel('Something went wrong').click();
    await other.getByRole('button', { name: 'Save the changes' }).click();
    await expect(other.getByText('The settings are saved')).toBeVisible();
    await expect(page.getByText('Someone else has changed these settings meanwhile')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Save the changes' })).toBeDisabled();
    await page.getByRole('button', { name: 'Show theirs and drop mine' }).click();
    await expect(page.getByText(/Nothing changed/)).toBeVisible();
  });

  test('a clock change that touches a window is announced, and nonsense is refused at the field', async ({ page }) => {
    await signInAs(page, 'supervisor');
    await open(page, `/gateways/${RESTING}?tab=settings`);
    await page.getByLabel('Begins at, site wall time').fill('02:15');
    await expect(page.getByText('The clock jumps over the start', { exact: false })).toBeVisible();
    await page.getByLabel('Begins at, site wall time').fill('26:00');
    await page.getByLabel('Lasts, minutes').focus();
    await expect(page.getByText('Enter a time of day as HH:MM, 24 h.')).toBeVisible();
  });

  test('an operator sees them and cannot change them', async ({ page }) => {
    await signInAs(page, 'operator');
    await open(page, `/gateways/${RESTING}?tab=settings`);
    await expect(page.getByLabel('Begins at, site wall time')).toBeDisabled();
    await expect(page.getByRole('button', { name: 'Save the changes' })).toHaveCount(0);
  });
});

test('an administrator issues an enrolment token, which is shown once with the command for the device', async ({ page }) => {
  await signInAs(page, 'admin');
  await open(page, `/gateways/${OFF}`);
  await page.getByRole('button', { name: 'Enrol a device' }).click();
  await page.getByRole('button', { name: 'Issue a one-time token' }).click();
  const shown = page.getByRole('dialog', { name: 'Run this on the device now' });
  const token = ((await shown.getByText(/^fle_/).textContent()) ?? '').trim();
  expect(token.length).toBeGreaterThan(40);
  await page.getByRole('button', { name: 'I have copied it' }).click();
  expect(await page.content()).not.toContain(token);
});

test.describe('an address that leads nowhere', () => {
  test.use({ allowedErrors: [/status of 404/] });

  test('says so and leads back', async ({ page }) => {
    await signInAs(page, 'operator');
    await page.goto('/gateways/NO-SUCH-GATEWAY');
    await expect(page.getByRole('heading', { name: 'There is nothing at this address' })).toBeVisible();
  });
});
