/** One measured figure, with what it is held against. */
export type Figure = {
  /** Which benchmark: a to e, s for safety. */
  group: string;
  what: string;
  value: number;
  unit: string;
  aim?: { atLeast: number } | { atMost: number };
  /** Measured in the same run. */
  reference?: { what: string; value: number; unit: string };
  note?: string;
};

/** Null when it has no aim. */
export function isMet({ aim, value }: Figure): boolean | null {
  if (!aim) return null;
  return 'atLeast' in aim ? value >= aim.atLeast : value <= aim.atMost;
}

export function aimText({ aim, unit }: Figure): string {
  if (!aim) return '';
  return 'atLeast' in aim ? `≥ ${numberText(aim.atLeast)} ${unit}` : `≤ ${numberText(aim.atMost)} ${unit}`;
}

/** Three digits that count, thousands apart. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return 'none';
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: 0, maximumFractionDigits: digits });
}
