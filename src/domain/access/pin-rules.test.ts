import { describe, expect, it } from 'vitest';
import { isPinShape, pinFault } from './pin-rules';

describe('PIN rules', () => {
  it.each(['000000', '99999999', '121212', '123123', '112122', '1234123412'])('%s repeats', (pin) => {
    expect(pinFault(pin)).toContain('repeat');
  });
  it.each(['123456', '654321', '890123', '13579135', '0246802468'])('%s is a run', (pin) => {
    expect(pinFault(pin)).toMatch(/run|repeat/);
  });
  it.each([
    ...['311299', '123190', '990131', '01011990', '12312024', '19900101', '20301231', '199007', '072015'],
    // Birthdays of those who work today.
    ...['230568', '052374', '800523', '19680523', '23051957', '05231979', '197405'],
  ])('%s is a date', (pin) => {
    expect(pinFault(pin)).toContain('date');
  });
  it.each(['159753', '147258'])('%s is too common', (pin) => expect(pinFault(pin)).toContain('too many'));
  it.each(['', '7392', '12345', '1234567890123', '48a915', ' 482915'])('"%s" has not the form', (pin) =>
    expect(pinFault(pin)).not.toBeNull(),
  );
  it.each(['482915', '730184', '61937205', '998877665544'])('%s is good', (pin) => expect(pinFault(pin)).toBeNull());

  it('most PINs may be chosen', () => {
    let good = 0;
    for (let value = 0; value < 1_000_000; value += 97) if (pinFault(String(value).padStart(6, '0')) === null) good += 1;
    process.stdout.write(`of ${Math.ceil(1_000_000 / 97)} six-digit PINs ${good} may be chosen\n`);
    expect(good / (1_000_000 / 97)).toBeGreaterThan(0.85);
  });

  it('the demo may have four digits', () => expect([isPinShape('7392'), isPinShape('739')]).toEqual([true, false]));
});
