/**
 * Takes secrets out of text before it leaves the gateway: those that are known, wherever and however encoded they stand, and
 * whatever looks like one. When in doubt it is taken out: a bundle is for people who must not need the secrets.
 */
import { formsOf } from './secret-forms';
import { NOTHING } from './secret-names';
import { shapedSpans } from './secret-shapes';
import { assignedSpans } from './secret-values';
import { joinSpans, type Span } from './spans';

export type Redactor = {
  /** The text without secrets. */
  redact(text: string): string;
  /** Places where something was taken out so far. */
  count(): number;
  /** Whether a known secret is still in the text in any of its forms: then the text must not leave the gateway. */
  betrays(text: string): boolean;
};

/** A base64 or hexadecimal text within a text within a text is looked at; deeper ones are not. */
const DEPTH = 3;
const LEAST_RUN = 12;

/** Each takes out its whole match, but for a first group, which stays. */
const PATTERNS: readonly RegExp[] = [
  /-----BEGIN (?!CERTIFICATE|PUBLIC KEY|X509 CRL)[A-Za-z0-9 ]{1,60}-----[\s\S]*?(?:-----END [A-Za-z0-9 ]{1,60}-----|$)/g,
  // The begin was cut off.
  /(?<![A-Za-z0-9+/=])(?:[A-Za-z0-9+/=]{16,}\s+)+-----END (?!CERTIFICATE|PUBLIC KEY|X509 CRL)[A-Za-z0-9 ]{1,60}-----/g,
  /\beyJ[\w-]{5,}\.[\w-]*\.[\w-]*(?:\.[\w-]*){0,2}/g,
  /(\b(?:Bearer|Basic|Digest|Negotiate|ApiKey|Token)\s+)[\w+/=.~-]{6,}/gi,
  /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@:"'<>]*:[^\s/@"'<>]+(?=@)/gi,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\b(?:gh[pousr]_|github_pat_|glpat-|npm_|hf_|xox[abprs]-|sk-|sk_live_|rk_live_|pk_live_|fl[a-z]*_|ya29\.|SG\.)[\w.-]{12,}/g,
  /\bAIza[\w-]{30,}/g,
  /\$(?:1|apr1|2[abxy]?|5|6|7|y|gy|argon2(?:id?|d)|scrypt|pbkdf2[\w-]*)\$[^\s:"',]{8,}/g,
  // Private members of a JWK.
  /("(?:d|k|p|q|dp|dq|qi)"\s*:\s*)"[\w-]{16,}"/g,
];
const MARK = '[redacted]';

/** Values that stand under the name of a secret: learnt from configuration, looked for everywhere. */
export function secretsIn(text: string): string[] {
  // What is within another one as well: that may stand alone elsewhere.
  const values = namedSpans(text).flatMap(({ start, end, isQuoted }) => readings(text.slice(start, end), isQuoted));
  return [...new Set(values)].filter((value) => !NOTHING.test(value));
}

function namedSpans(text: string): Span[] {
  return [...assignedSpans(text), ...shapedSpans(text)].filter(({ start, end }) => !NOTHING.test(text.slice(start, end)));
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'", '#34': '"' };
/** Where an unquoted value may have ended for whoever reads it. */
const MAY_END = /[,;&]|\s[#;(]|\s\/\/|\s(?=[\w.-]{1,60}\s?[=:])/g;
const MOST_ENDS = 8;
const LISTED = /"((?:\\.|[^"\\])*)"|[^\s,[\]"]+/g;

/** What the program may take it for: without escapes, with its lines joined, ended by a comment. */
function readings(value: string, isQuoted: boolean): string[] {
  const bare = value
    .trim()
    .replace(/^["']/, '')
    .replace(/["']?[,;]?$/, '');
  const lines = bare.split('\n').map((line) => line.trim());
  const ends = isQuoted
    ? []
    : [...bare.slice(0, 4096).matchAll(MAY_END)].slice(0, MOST_ENDS).map(({ index }) => bare.slice(0, index).trim());
  const first = isQuoted ? '' : (/^\S+/.exec(bare)?.[0] ?? '');
  return [
    bare,
    value.trim(),
    unescaped(bare),
    bare.replaceAll(/\\(.)/g, '$1'),
    bare.replaceAll(/&(amp|lt|gt|quot|apos|#39|#34);/g, (_all, name: string) => ENTITIES[name] ?? ''),
    /%[0-9A-Fa-f]{2}/.test(bare) ? (decodeUrl(bare) ?? bare) : bare,
    ...(lines.length > 1 ? [lines.join('\n'), lines.join(' '), ...lines] : []),
    ...(bare.startsWith('[') ? [...bare.matchAll(LISTED)].map((match) => unescaped(match[1] ?? match[0])) : []),
    ...ends,
    // An ordinary word alone would be taken out everywhere.
    ...(/[^\p{L}]/u.test(first) ? [first] : []),
  ];
}

function unescaped(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text;
  }
}

export function createRedactor(known: readonly string[]): Redactor {
  const forms = [...new Set(known.flatMap(formsOf))].sort((a, b) => b.length - a.length);
  let taken = 0;

  const mark = (): string => {
    taken += 1;
    return MARK;
  };

  function pass(text: string, depth: number): string {
    let clean = text;
    for (const form of forms) {
      if (clean.includes(form)) clean = clean.replaceAll(runAround(form), mark);
    }
    for (const pattern of PATTERNS)
      clean = clean.replaceAll(pattern, (_match, first: unknown) => (typeof first === 'string' ? first : '') + mark());
    clean = withoutNamed(clean);
    return depth > 0 ? unwrap(clean, depth) : clean;
  }

  function withoutNamed(text: string): string {
    let [clean, from] = ['', 0];
    for (const { start, end } of joinSpans(namedSpans(text))) {
      clean += text.slice(from, start) + mark();
      from = end;
    }
    return clean + text.slice(from);
  }

  /** What is encoded is decoded and looked at; if there is a secret in it, all of it goes. */
  function unwrap(text: string, depth: number): string {
    const hides = (decoded: string | null): boolean => {
      if (decoded === null) return false;
      const before = taken;
      const clean = pass(decoded, depth - 1);
      taken = before;
      return clean !== decoded;
    };
    return text
      .replaceAll(/[^\s"'<>]+/g, (run) => (/%[0-9A-Fa-f]{2}/.test(run) && hides(decodeUrl(run)) ? mark() : run))
      .replaceAll(/[A-Za-z0-9+/_-]{12,}={0,2}/g, (run) => (hides(decodeHex(run)) || hides(decodeBase64(run)) ? mark() : run));
  }

  return {
    redact: (text) => pass(text, DEPTH),
    count: () => taken,
    betrays: (text) => forms.some((form) => text.includes(form)),
  };
}

/** The form and what it is glued to when that may be one encoded text; its neighbours would tell the rest of it. */
function runAround(form: string): RegExp {
  const escaped = form.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return /^[A-Za-z0-9+/_-]+$/.test(form) ? new RegExp(`[A-Za-z0-9+/_-]*${escaped}[A-Za-z0-9+/_=-]*`, 'g') : new RegExp(escaped, 'g');
}

function decodeUrl(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function decodeHex(run: string): string | null {
  return run.length % 2 === 0 && /^[0-9a-fA-F]+$/.test(run) ? printable(Buffer.from(run, 'hex')) : null;
}

function decodeBase64(run: string): string | null {
  return run.length < LEAST_RUN ? null : printable(Buffer.from(run, 'base64'));
}

/** Text, or null when the bytes are none: then what looked like an encoding was a hash, a key id or a name. */
function printable(bytes: Buffer): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells bytes from text
    return text.length >= 6 && !/[\x00-\x08\x0e-\x1f\x7f]/.test(text) ? text : null;
  } catch {
    return null;
  }
}
