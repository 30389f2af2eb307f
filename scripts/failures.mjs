/** What failed, for the end of the run: whoever sees only that knows what to look at. */
import { stripVTControlCharacters } from 'node:util';

const MOST_CHARACTERS = 6000;
const MOST_LINES = 14;
const VITEST_FAULTS = /^.*(?:Failed Suites|Failed Tests|Unhandled Errors?|Unhandled Rejection) .*$/m;

/** From what vitest printed: its own account of what failed, or the end of it. */
export function vitestFailures(text) {
  const plain = stripVTControlCharacters(text);
  const from = plain.search(VITEST_FAULTS);
  return from === -1 ? lastLines(plain) : shortened(plain.slice(from));
}

/** From Playwright's report: each failed test with its errors; those of none of its tests come first. */
export function playwrightFailures({ suites = [], errors = [] }) {
  const texts = [...errors.map(({ message }) => message ?? ''), ...suites.flatMap(failedIn)];
  return shortened(stripVTControlCharacters(texts.join('\n\n')));
}

function failedIn({ file, specs = [], suites = [] }) {
  const failed = specs.filter((spec) => spec.tests.some((one) => one.status === 'unexpected'));
  const own = failed.map((spec) => {
    const errors = spec.tests.flatMap((one) => one.results.flatMap((result) => result.errors));
    return `✗ ${file}:${spec.line} › ${spec.title}\n${errors.map(({ message = '' }) => message.split('\n').slice(0, MOST_LINES).join('\n')).join('\n')}`;
  });
  return [...own, ...suites.flatMap(failedIn)];
}

/** The end of what a program printed. */
export function lastLines(text) {
  return stripVTControlCharacters(text).trimEnd().split('\n').slice(-MOST_LINES).join('\n');
}

function shortened(text) {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}\n…` : text;
}
