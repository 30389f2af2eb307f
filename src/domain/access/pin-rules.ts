/** Which PINs a person may choose. Pure. */
export const PIN_LENGTH = { min: 6, max: 12 } as const;
/** Only PINs that the demo's seed has made may be this short. */
export const SHORTEST_DEMO_PIN = 4;

/** Chosen by many, whatever rule they follow. */
const COMMON = new Set([
  '159753',
  '147258',
  '258369',
  '147852',
  '102030',
  '112233',
  '445566',
  '998877',
  '123321',
  '121314',
  '142536',
  '789456',
]);

/** Why a person may not choose the PIN, or null when it is good. */
export function pinFault(pin: string): string | null {
  if (!/^\d+$/.test(pin)) return 'must have digits only';
  if (pin.length < PIN_LENGTH.min || pin.length > PIN_LENGTH.max) return `must have ${PIN_LENGTH.min} to ${PIN_LENGTH.max} digits`;
  if (isRepetition(pin)) return 'must not repeat the same digits';
  if (isRun(pin)) return 'must not be a run of digits';
  if (isDate(pin)) return 'must not be a date';
  return COMMON.has(pin) ? 'is chosen by too many' : null;
}

/** Whether text can be a PIN at all, the demo's included. */
export function isPinShape(pin: string): boolean {
  return new RegExp(`^\\d{${SHORTEST_DEMO_PIN},${PIN_LENGTH.max}}$`).test(pin);
}

/** 111111, 121212, 123123, and those of only two different digits such as 112122. */
function isRepetition(pin: string): boolean {
  if (new Set(pin).size <= 2) return true;
  for (let length = 1; length <= pin.length / 2; length += 1) {
    if (
      pin
        .slice(0, length)
        .repeat(Math.ceil(pin.length / length))
        .startsWith(pin)
    )
      return true;
  }
  return false;
}

/** 123456, 987654, 890123, 135790: one step all the way, around the zero too. */
function isRun(pin: string): boolean {
  const digits = [...pin].map(Number);
  const steps = new Set(digits.slice(1).map((digit, index) => (digit - (digits[index] ?? 0) + 10) % 10));
  return steps.size === 1;
}

/** A day, or a month with its year, of 1920 to 2039 in any of the usual orders: birthdays are guessed first. A year of two digits may be any. */
function isDate(pin: string): boolean {
  const at = (from: number, to: number) => Number(pin.slice(from, to));
  const year = (value: number) => value >= 1920 && value <= 2039;
  const day = (value: number) => value >= 1 && value <= 31;
  const month = (value: number) => value >= 1 && value <= 12;
  const pair = (a: number, b: number) => (day(a) && month(b)) || (month(a) && day(b));
  if (pin.length === 6) {
    return (
      pair(at(0, 2), at(2, 4)) || pair(at(2, 4), at(4, 6)) || (year(at(0, 4)) && month(at(4, 6))) || (year(at(2, 6)) && month(at(0, 2)))
    );
  }
  if (pin.length === 8) return (year(at(4, 8)) && pair(at(0, 2), at(2, 4))) || (year(at(0, 4)) && pair(at(4, 6), at(6, 8)));
  return false;
}
