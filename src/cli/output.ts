/** How a command answers: text for people, or one JSON document for programs (--json). */

/** Where a command writes and reads; a test gives its own. */
export type Terminal = {
  out(text: string): void;
  err(text: string): void;
  /** All of standard input. */
  readInput(): Promise<string>;
};

/** `json` is the whole answer; `text` says the same to a person. */
export type Answer = { json: unknown; text: string; exitCode?: 0 | 1 | 2 | 3 };

/** Registers a command's action: what it returns is written, what it throws is explained. */
export type Act = <A extends unknown[]>(run: (...args: A) => Promise<Answer>) => (...args: A) => Promise<void>;

export function writeAnswer(terminal: Terminal, answer: Answer, asJson: boolean): void {
  terminal.out(asJson ? `${JSON.stringify(answer.json, null, 2)}\n` : answer.text.endsWith('\n') ? answer.text : `${answer.text}\n`);
}

export function writeError(terminal: Terminal, error: { code: string; message: string }, asJson: boolean): void {
  terminal.err(asJson ? `${JSON.stringify({ error: { code: error.code, message: error.message } })}\n` : `fairlead: ${error.message}\n`);
}

/** Columns as wide as their content; the sentence when there are no rows. */
export function table(headers: readonly string[], rows: readonly (readonly string[])[], empty: string): string {
  if (rows.length === 0) return empty;
  const widths = headers.map((header, column) => Math.max(header.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(headers), ...rows.map(line)].join('\n');
}

/** UTC, to the minute; a dash for never. */
export function shortTime(at: Date | null): string {
  return at === null ? '–' : `${at.toISOString().slice(0, 16).replace('T', ' ')}Z`;
}
