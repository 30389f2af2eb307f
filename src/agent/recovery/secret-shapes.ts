/**
 * Shapes other than `name = value` in which text gives a secret by what stands around it: options of commands, directives of
 * configuration files, pairs of a name and a value, elements of XML. Each has two groups: what stays, and the secret.
 */
import { SECRET_NAME } from './secret-names';
import type { Span } from './spans';

/** One word of a command line or of a directive, or a quoted one without its closing quote. */
const WORD = '"(?:\\\\.|[^"\\\\\\n]){1,512}(?=")|\'[^\'\\n]{1,512}(?=\')|(?!["\'])(?:\\\\[^\\n]|[^\\s"\\\\])+';
const LINE = '^[ \\t]{0,200}';
const QUOTE = '\\\\{0,7}["\']';

const SHAPES: readonly RegExp[] = [
  // --password X, --password=X, "--password", "X"
  `((?<![\\w-])--?${SECRET_NAME}(?:=|[ \\t]{1,20}|${QUOTE},\\s{0,20}(?=["'])))(?!-)(${WORD})`,
  // curl -u user:X, sshpass -p X
  `((?<![\\w-])(?:-u|--user|--proxy-user)[ \\t=]{1,20}["']?[^\\s:"']{1,80}:)([^\\s"']+)`,
  `(\\bsshpass[ \\t]{1,20}-p[ \\t]{0,20})(${WORD})`,
  // netrc, and what Cisco writes: login u password X, username u secret 5 X
  `(\\b(?:login|user(?:name)?|account)\\s{1,40}[^\\s]{1,80}\\s{1,40}(?:password|passwd|secret)\\s{1,40}(?:\\d\\s{1,20})?)(${WORD})`,
  // SNMP: rocommunity X, com2sec name source X, trapsink host X, createUser name SHA X AES Y
  `(${LINE}(?:snmp-server[ \\t]{1,20})?(?:ro|rw|trap|def)?community6?[ \\t]{1,80})(${WORD})`,
  `(${LINE}(?:com2sec6?[ \\t]{1,80}(?:-Cn[ \\t]{1,80}\\S{1,80}[ \\t]{1,80})?\\S{1,80}|trap2?sink|informsink)[ \\t]{1,80}\\S{1,253}[ \\t]{1,80})(${WORD})`,
  `(${LINE}createUser[ \\t]{1,80}(?:-e[ \\t]{1,80}\\S{1,80}[ \\t]{1,80})?\\S{1,80}[ \\t]{1,80}\\S{1,20}[ \\t]{1,80})(${WORD})`,
  `(${LINE}createUser[ \\t][^\\n]{1,400}[ \\t](?:AES|DES)\\S{0,10}[ \\t]{1,80})(${WORD})`,
  // passphrase X, remote_password X, option password 'X': the rest of the line
  `(${LINE}[\\w.-]{0,40}(?:password|passwd|passphrase|psk|wep[-_]key\\d?|wireless-key\\d?|requirepass|masterauth|secret)[ \\t]{1,80})((?![=:])[^\\s][^\\n]*)`,
  `(${LINE}option[ \\t]{1,20}["']?${SECRET_NAME}["']?[ \\t]{1,80})([^\\s][^\\n]*)`,
  // {"value":"X","name":"password"}
  `(${QUOTE}(?:value|val|content)${QUOTE}\\s{0,20}:\\s{0,20}${QUOTE})((?:\\\\[^"\\n]|[^"\\\\\\n]){1,512})(?=${QUOTE}[,\\s]{1,40}${QUOTE}(?:name|key|id)${QUOTE}\\s{0,20}:\\s{0,20}${QUOTE}${SECRET_NAME}${QUOTE})`,
  // <password>X</password>, <entry key="password">X</entry>, <key>password</key><string>X</string>
  `(<(?:\\w{1,20}:)?${SECRET_NAME}(?:\\s[^>]{0,120})?>)([^<]+)(?=</)`,
  `(<(?:\\w{1,20}:)?${SECRET_NAME}(?:\\s[^>]{0,120})?>\\s{0,80}<!\\[CDATA\\[)([\\s\\S]{1,2000}?)(?=\\]\\]>)`,
  `(<\\w[^>]{0,200}?\\s(?:key|name|id)\\s?=\\s?["']${SECRET_NAME}["'][^>]{0,200}>(?:<!\\[CDATA\\[)?)([^<]+)(?=[<\\]])`,
  `(<key>${SECRET_NAME}</key>\\s{0,80}<\\w{1,20}>)([^<]+)(?=</)`,
].map((source) => new RegExp(source, 'gim'));

/** host:port:database:user:password, each on its line. */
const PGPASS = /^((?:[\w.*-]{1,253}):(?:\d{4,5}|\*):(?:\\.|[^:\\\n]){1,80}:(?:\\.|[^:\\\n]){1,80}:)([^\n]+)$/gm;
const HEX_GROUP = /^[0-9a-f]{1,4}:/i;

/** `key = X` is nearly anything; only what looks like a secret is one, or what stands where Wi-Fi or an API is spoken of. */
const KEY =
  /^([ \t-]{0,200}(?:option[ \t]{1,20}["']?key\d?["']?[ \t]{1,80}|(?:set[ \t]{1,20})?["']?(?:[\w.@[\]-]{1,60}\.)?key\d?["']?[ \t]{0,80}[:=][ \t]{0,80}))([^\s][^\n]*)$/gim;
const JSON_KEY = /("key"\s{0,20}:\s{0,20}")([^"\s\\]{16,200})(?=")/gi;
const SECTION = /^(?:[ \t]*\[[^\]\n]{1,80}\]|config[ \t])/gm;
const SPEAKS_OF_KEYS = /(?<![a-z])(?:psk|wep|wpa|sae|api|wi-?fi|wlan|wireless)/i;

export function shapedSpans(text: string): Span[] {
  const found: Span[] = [];
  for (const shape of SHAPES) for (const match of text.matchAll(shape)) found.push(spanOf(match));
  for (const match of text.matchAll(PGPASS)) if (!HEX_GROUP.test(match[0])) found.push(spanOf(match));
  for (const match of text.matchAll(JSON_KEY)) if (looksRandom(match[2] ?? '')) found.push(spanOf(match));
  const keys = [...text.matchAll(KEY)];
  if (keys.length > 0) found.push(...bareKeys(text, keys));
  return found;
}

function spanOf(match: RegExpMatchArray): Span {
  const value = match[2] ?? '';
  const start = (match.index ?? 0) + (match[1] ?? '').length;
  const quote = /^["']/.exec(value)?.[0] ?? '';
  // Of a quoted value what is between the quotes.
  const inner = quote !== '' && value.trimEnd().endsWith(quote) && value.length > 1 ? value.trimEnd().length - 1 : value.trimEnd().length;
  return { start: start + quote.length, end: start + Math.max(inner, quote.length), isQuoted: quote !== '' };
}

function bareKeys(text: string, keys: readonly RegExpMatchArray[]): Span[] {
  const starts = [0, ...[...text.matchAll(SECTION)].map((match) => match.index)];
  let section = 0;
  let speaks: boolean | null = null;
  return keys.flatMap((match) => {
    while ((starts[section + 1] ?? text.length) <= (match.index ?? 0)) {
      section += 1;
      speaks = null;
    }
    const span = spanOf(match);
    const value = text.slice(span.start, span.end).replace(/["']?[,;]?$/, '');
    if (/^[{[(]?$/.test(value)) return [];
    speaks ??= SPEAKS_OF_KEYS.test(text.slice(starts[section], starts[section + 1] ?? text.length));
    return speaks || looksRandom(value) ? [span] : [];
  });
}

/** Long, of one piece, and neither a path nor words with marks between them. */
function looksRandom(value: string): boolean {
  if (!/^[\w+/=.~!@#$%^&*-]{16,}$/.test(value) || /^[./~]|\.(?:pem|key|crt|cer|json|ini|conf)$/.test(value)) return false;
  if (/^[A-Za-z]+(?:[-_.][A-Za-z0-9]+)+$/.test(value)) return false;
  return (/\d/.test(value) && /[A-Za-z]/.test(value)) || value.length >= 24;
}
