import { expect, open, reload, signInAs, test } from './fixtures';

test('a token is shown once, listed by its beginning, and can be revoked', async ({ page }) => {
  await signInAs(page, 'operator');
  await open(page, '/account');
  const name = `Journey ${Date.now()}`;
  await page.getByRole('button', { name: 'Create a token' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('combobox', { name: 'Rights' }).selectOption('viewer');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  const shown = page.getByRole('dialog', { name: 'Copy the token now' });
  const token = (await shown.getByText(/^flt_/).textContent()) ?? '';
  expect(token.length).toBeGreaterThan(40);
  await page.getByRole('button', { name: 'I have copied it' }).click();
  const row = page.getByRole('row').filter({ hasText: name });
  await expect(row).toContainText(token.slice(0, 10));
  expect(await page.content()).not.toContain(token);
  await row.getByRole('button', { name: `Revoke ${name}` }).click();
  await expect(row).toContainText('Revoked');
});

test.describe('a wrong present password', () => {
  test.use({ allowedErrors: [/status of 400/] });

  test('changes nothing and says so at the field', async ({ page }) => {
    await signInAs(page, 'viewer');
    await open(page, '/account');
    await page.getByLabel('Present password').fill('not the password');
    await page.getByLabel('New password', { exact: true }).fill('a new long password');
    await page.getByLabel('New password again').fill('another new password');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await expect(page.getByText('Both entries of the new password differ.')).toBeVisible();
    await page.getByLabel('New password again').fill('a new long password');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await expect(page.getByText('The password is not right.')).toBeVisible();
    await reload(page);
    await expect(page.getByRole('heading', { level: 1, name: 'Account' })).toBeVisible();
  });
});
