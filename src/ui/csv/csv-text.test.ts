import { describe, expect, it } from 'vitest';
import { csvCell } from './csv-text';

describe('CSV cells', () => {
  it.each([
    ['RTM-Q-STS07-GW1', 'RTM-Q-STS07-GW1'],
    ['a,b', '"a,b"'],
    ['say "no"', '"say ""no"""'],
    ['=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'],
    ['-1+2', "'-1+2"],
    ['', ''],
  ])('%s becomes %s', (value, cell) => expect(csvCell(value)).toBe(cell));
});
