import { expect, it } from 'vitest';
import { seal, unseal } from './seal';

it('opens what it sealed, for the same use only, and hides it', async () => {
  const sealed = await seal('channel secret', 'a very secret text');
  expect(sealed).not.toContain('secret');
  expect(await unseal('channel secret', sealed)).toBe('a very secret text');
  await expect(unseal('signing key', sealed)).rejects.toThrow('FAIRLEAD_SECRET is not the one that sealed it');
});
