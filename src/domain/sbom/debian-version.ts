/** Order of Debian versions as dpkg has it (deb-version(7)): [epoch:]upstream[-revision]. */

const VERSION = /^(?:(\d{1,9}):)?([0-9A-Za-z.+~:-]*?)(?:-([0-9A-Za-z.+~]*))?$/;

type DebianVersion = { epoch: number; upstream: string; revision: string };

/** Null for what is no Debian version. */
export function parseDebianVersion(text: string): DebianVersion | null {
  const match = VERSION.exec(text);
  if (!match) return null;
  const [, epoch = '0', upstream = '', revision = ''] = match;
  // As dpkg: it begins with a digit, and a colon without an epoch before it is none.
  if (!/^\d/.test(upstream) || (match[1] === undefined && upstream.includes(':'))) return null;
  if (text.endsWith('-')) return null;
  return { epoch: Number(epoch), upstream, revision };
}

/** Negative, zero or positive; null when one of the two is no Debian version. */
export function compareDebianVersions(a: string, b: string): number | null {
  const [left, right] = [parseDebianVersion(a), parseDebianVersion(b)];
  if (left === null || right === null) return null;
  return left.epoch - right.epoch || compareParts(left.upstream, right.upstream) || compareParts(left.revision, right.revision);
}

/** Stretches of non-digits and of digits in turn. */
function compareParts(a: string, b: string): number {
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a[i])) || (j < b.length && !isDigit(b[j]))) {
      const order = orderOf(a[i]) - orderOf(b[j]);
      if (order !== 0) return order;
      i += 1;
      j += 1;
    }
    const [left, right] = [digitsAt(a, i), digitsAt(b, j)];
    i += left.length;
    j += right.length;
    const order = compareNumbers(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

/** A tilde sorts before the end, the end before letters, letters before everything else. */
function orderOf(char: string | undefined): number {
  if (char === '~') return -1;
  if (char === undefined || isDigit(char)) return 0;
  const code = char.charCodeAt(0);
  return /[A-Za-z]/.test(char) ? code : code + 256;
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9';
}

function digitsAt(text: string, at: number): string {
  let end = at;
  while (isDigit(text[end])) end += 1;
  return text.slice(at, end);
}

/** Of any length: no number of JavaScript holds them all. */
function compareNumbers(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : left > right ? 1 : 0;
}
