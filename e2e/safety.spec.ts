import { expect, open, readDemo, signInAs, test } from './fixtures';

test('the safety engineer changes the policy of a site, sees the difference first and a version afterwards', async ({ page }) => {
  await signInAs(page, 'safety_engineer');
  // Of a site where no other journey overrides anything: a new policy ends what is in force.
  await open(page, '/safety/policy?site=SAV');
  const rest = page.getByLabel('Rest needed, s');
  const next = String(Number(await rest.inputValue()) + 5);
  await rest.fill(next);
  await expect(page.getByText('1 rule changed')).toBeVisible();
  await page.getByRole('button', { name: 'Show the difference …' }).click();
  const row = page.getByRole('table', { name: 'What would change' }).getByRole('row').filter({ hasText: 'Crane motion: rest needed' });
  await expect(row).toContainText(`${next} s`);
  await expect(row).toContainText('stricter');
  await page.getByLabel('Why', { exact: true }).fill('Longer rest after the survey of the rails');
  await page.getByRole('button', { name: /^Put version \d+ in force$/ }).click();
  await expect(page.getByText(/^Version \d+ of Savannah is in force$/)).toBeVisible();
  await expect(page.getByRole('region', { name: 'Versions' })).toContainText('Longer rest after the survey of the rails');
  await expect(page.getByText('Example policy')).toHaveCount(0);
  await page.getByLabel('Distance, hard, m').fill('3');
  await expect(page.getByText('Enter 5 to 500 m.')).toBeVisible();
});

test('everyone else may look at the policy and not change it; as shipped it is called an example', async ({ page }) => {
  await signInAs(page, 'supervisor');
  await open(page, '/safety/policy?site=MAA');
  await expect(page.getByLabel('Rest needed, s')).toBeDisabled();
  await expect(page.getByText('This is the example policy, as shipped')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Show the difference …' })).toHaveCount(0);
});

test.describe('the own PIN', () => {
  test.use({ allowedErrors: [/status of 400/] });

  test('is set with the password, by paste too, and too easy ones are refused at the field', async ({ page }) => {
    await signInAs(page, 'auditor');
    await open(page, '/account');
    const panel = page.getByRole('region', { name: 'PIN', exact: true });
    const password = readDemo().users.find((user) => user.role === 'auditor')?.password ?? '';
    await expect(panel.getByRole('button', { name: /^(Set|Change) the PIN$/ })).toBeVisible();
    const first = await panel.getByText('Not set').isVisible();
    if (first) {
      await panel.getByLabel('New PIN', { exact: true }).fill('123456');
      await panel.getByLabel('New PIN again').fill('123456');
      await panel.getByLabel('Your password, to prove it is you').fill('not the password');
      await panel.getByRole('button', { name: 'Set the PIN' }).click();
      await expect(panel.getByText('it must not be a run of digits')).toBeVisible();
      await panel.getByLabel('New PIN', { exact: true }).fill('739201');
      await panel.getByLabel('New PIN again').fill('739201');
      await panel.getByRole('button', { name: 'Set the PIN' }).click();
      await expect(panel.getByText('The password is not right.')).toBeVisible();
      await panel.getByLabel('Your password, to prove it is you').fill(password);
      await panel.getByRole('button', { name: 'Set the PIN' }).click();
    }
    await expect(panel.getByText('Set', { exact: true }).first()).toBeVisible();
    await expect(panel.getByRole('button', { name: 'Change the PIN' })).toBeVisible();
    await expect(panel.getByLabel('Present PIN')).toHaveAttribute('inputmode', 'numeric');
  });
});
