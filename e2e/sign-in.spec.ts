import type { Page } from '@playwright/test';
import { demoUser, expect, open, signInAs, test } from './fixtures';

// The browser itself reports the 401 of a refused sign-in.
test.use({ allowedErrors: [/status of 401/] });

async function enter(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('without a session every page leads to the sign-in page and back', async ({ page }) => {
  await page.goto('/jobs?group=failed');
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  const { email, password } = demoUser('operator');
  await enter(page, email, password);
  await expect(page).toHaveURL(/\/jobs/);
  await expect(page.getByRole('heading', { level: 1, name: 'Jobs' })).toBeVisible();
});

test('a wrong password is refused with a sentence that does not tell whether the account exists', async ({ page }) => {
  await page.goto('/sign-in');
  await enter(page, 'nobody@example.com', 'wrong password');
  const alert = page.getByRole('alert').filter({ hasText: 'Sign-in refused' });
  await expect(alert).toBeVisible();
  const sentence = await alert.textContent();
  await enter(page, demoUser('operator').email, 'wrong password');
  await expect(alert).toHaveText(sentence ?? '');
  await expect(page).toHaveURL(/\/sign-in/);
});

test('five wrong passwords lock the account, also for the right one', async ({ page }) => {
  const { email, password } = demoUser('auditor');
  await page.goto('/sign-in');
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const answered = page.waitForResponse(/callback\/credentials/);
    await enter(page, email, `wrong ${attempt}`);
    await answered;
    await expect(page.getByRole('button', { name: 'Sign in' })).toBeEnabled();
  }
  await enter(page, email, password);
  await expect(page.getByText('Sign-in refused')).toBeVisible();
  await page.goto('/');
  await expect(page).toHaveURL(/\/sign-in/);
});

test('after signing out the session is gone', async ({ page }) => {
  await signInAs(page, 'viewer');
  await open(page, '/');
  await page.getByRole('button', { name: /^Menu of/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto('/gateways');
  await expect(page).toHaveURL(/\/sign-in/);
});

test('next never leads to another host', async ({ page }) => {
  const { email, password } = demoUser('operator');
  await page.goto('/sign-in?next=//example.com/');
  await enter(page, email, password);
  await expect(page.getByRole('heading', { level: 1, name: 'Fleet overview' })).toBeVisible();
});
