/** Files that are nothing but secrets, known by their names: they stay on the gateway, and what they hold is looked for elsewhere. */

const BARE =
  /(?:password|passwd|passphrase|secret|token|psk|credentials?|(?:private|api|secret|shared)[-_]?key)s?(?:\.(?:txt|secret|psk|pwd))?$/;

/** The secrets in a file of that kind, or null when it is another one. */
export function secretsOfFile(name: string, text: string): string[] | null {
  const base = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (/^[._]?(?:netrc|authinfo)$/.test(base)) return [...text.matchAll(/\bpassword\s+("[^"\n]*"|\S+)/g)].map((match) => unquoted(match[1]));
  if (/^\.?pgpass(?:\.conf)?$/.test(base)) {
    return lines.map((line) => (/^(?:(?:\\.|[^:\\])*:){4}(.*)$/.exec(line)?.[1] ?? line).replaceAll(/\\(.)/g, '$1'));
  }
  if (/(?:chap|pap|srp|l2tp)-secrets$/.test(base)) return lines.map((line) => unquoted(line.match(/"[^"]*"|\S+/g)?.[2] ?? line));
  if (/^ipsec\.secrets$/.test(base)) return lines.map((line) => unquoted(line.match(/"[^"]*"|\S+/g)?.at(-1) ?? line));
  // The user's name is on the first line.
  if (/auth-user-pass|^auth\.txt$|^\.?smbcredentials$/.test(base)) return lines.length > 1 ? lines.slice(1) : lines;
  return /^\.?[^.]*(?:\.[a-z]+)?$/.test(base) && BARE.test(base) ? lines : null;
}

function unquoted(text = ''): string {
  return text.replaceAll(/^"|"$/g, '');
}
