/** A column's name in the header line, and its cell of a row. */
export type CsvColumn<Row> = readonly [string, (row: Row) => string | null | undefined];

/** The rows as CSV (RFC 4180, CRLF, header line). */
export function csvText<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map(([name]) => name), ...rows.map((row) => columns.map(([, value]) => value(row) ?? ''))];
  return `${lines.map((cells) => cells.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

/** Quotes where needed. A leading = + - @ would be run as a formula by a spreadsheet: it gets an apostrophe. */
export function csvCell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
