/**
 * `name = value` and `"name": "value"`: where the value begins and where it ends. In a configuration file it has the rest of
 * the line; within JSON, XML, an address or a sentence of a log it ends with what holds it. When in doubt it is longer.
 */
import { NOTHING, SECRET_WORD } from './secret-names';
import type { Span } from './spans';

/** Up to the value. What stands before the word is looked at backwards, when there is one. */
const ASSIGNMENT = new RegExp(
  `${SECRET_WORD}[\\w.-]{0,40}(?:\\[\\w{0,20}\\])?(\\\\{0,7}["'])?\\]?[ \\t]{0,80}(?:=>|={1,2}|:(?!:)=?)`,
  'gi',
);
/** {"name": "password", "value": X}, <add key="password" value=X/>, and the two lines of YAML. */
const PAIR = new RegExp(
  `\\b(?:name|key|id|field|parameter|option|property|variable)(?:\\\\{0,7}["'])?\\s{0,20}[:=]\\s{0,20}(?:\\\\{0,7}["'])?[\\w.-]{0,40}${SECRET_WORD}` +
    '[\\w.-]{0,40}(?:\\\\{0,7}["\'])?[\\s,][^{}<>]{0,200}?\\b(?:value|val|content|default)(\\\\{0,7}["\'])?\\s{0,20}[:=]',
  'gi',
);
const BEFORE_NAME = /[\w.-]{0,60}$/;
const LINE_START = /^[\s#;/*!>-]*(?:(?:export|set|setenv|env|arg|let|const|var)\s+)*["']?[\w.-]*$/i;
const SCALAR = /(?:-?\d[\w.+-]*|true|false|null)(?=[\s,}\]]|$)/y;
const FLAT_LIST = /\[[^[\]{}]{0,4000}\]/y;
/** What may follow a quoted value; anything else means that the quotes are a part of it. */
const AFTER_QUOTED = /^[ \t\r]*(?:$|[\n,;)}\]#>&|\\/]|--?\w|[\w.-]{1,60}[ \t]?[=:])/;
/** Where a value within a sentence ends: before the next assignment or option, or with the quotes around the sentence. */
const SENTENCE_END = /\s(?:--?[a-z]|[a-z_][\w.-]{0,60}=)|[,;]\s{0,4}["']?[\w.-]{1,60}["']?\s?[=:]|["'](?=[\s,;)\]}]|$)/gi;
const ADDRESS_END = /[&;#\s"'<>]/g;
const BLOCK_MARK = /^(?:[!&]\S{1,80}\s+)?[|>][-+\d]{0,2}\s*(?:#.*)?$/;

/** `limit`: what was found last to hold a value, from where on. */
type Line = { start: number; end: number; kind: 'json' | 'xml' | 'plain'; limit: { from: number; at: number } | null };

export function assignedSpans(text: string): Span[] {
  // A quote that nothing closes is looked for once.
  const search = { text, unclosed: false };
  return [ASSIGNMENT, PAIR].flatMap((head) => valuesAfter(search, head));
}

type Search = { text: string; unclosed: boolean };

function valuesAfter(search: Search, head: RegExp): Span[] {
  const { text } = search;
  const found: Span[] = [];
  const isPair = head === PAIR;
  let line: Line | null = null;
  head.lastIndex = 0;
  for (let match = head.exec(text); match !== null; match = head.exec(text)) {
    line = lineAt(text, line, isPair ? head.lastIndex - 1 : match.index);
    const before = text.slice(Math.max(line.start, match.index - 120), match.index);
    const span = valueSpan(search, line, head.lastIndex, { word: match[0], before, isKeyQuoted: match[1] !== undefined, isPair });
    if (span === null) continue;
    found.push(span);
    head.lastIndex = Math.max(head.lastIndex, span.end);
  }
  return found;
}

type Key = { word: string; before: string; isKeyQuoted: boolean; isPair: boolean };

function valueSpan(search: Search, line: Line, after: number, key: Key): Span | null {
  const { text } = search;
  const name = BEFORE_NAME.exec(key.before)?.[0] ?? '';
  // Options of commands are a shape of their own.
  if (name.startsWith('-') && key.word.endsWith('=')) return null;
  const start = after + (/^[ \t]*/.exec(text.slice(after, Math.min(after + 4096, line.end)))?.[0].length ?? 0);
  const column = key.before.length - name.length;
  const isWholeLine = line.kind === 'plain' && (key.isPair || (key.before.length < 120 && LINE_START.test(key.before)));
  if (start >= line.end) return isWholeLine ? linesBelow(text, line.end, column, false) : null;
  const whole = quotedSpan(search, line, start) ?? (key.isKeyQuoted ? scalarSpan(text, start) : null);
  if (whole !== null) return whole;
  if (opensOnly(text, line, start)) return null;
  const limit = limitOf(text, line, start);
  const lead = key.before.slice(0, column);
  if (/[?&]$/.test(lead)) return cut(text, start, limit, ADDRESS_END);
  if (/cookie|authorization/i.test(key.word)) return trimmed(text, start, limit);
  if (isWholeLine) return restOfLine(text, line, start, column, key.word.endsWith(':'));
  return cut(text, start, limit, /;\s*$/.test(lead) ? /;/g : SENTENCE_END);
}

function quotedSpan(search: Search, line: Line, start: number): Span | null {
  const { text } = search;
  const opening = /^\\{0,7}["']/.exec(text.slice(start, start + 8))?.[0];
  const span = opening === undefined ? null : quotedFrom(search, start, opening);
  if (opening === undefined || span === null) return null;
  const next = span.end + opening.length;
  return line.kind !== 'plain' || AFTER_QUOTED.test(text.slice(next, next + 64)) ? span : null;
}

/** Numbers and lists of JSON; of an object its members speak for themselves. */
function scalarSpan(text: string, start: number): Span | null {
  const scalar = stickyAt(SCALAR, text, start) ?? stickyAt(FLAT_LIST, text, start);
  return scalar === null ? null : { start, end: start + scalar.length, isQuoted: false };
}

function opensOnly(text: string, line: Line, start: number): boolean {
  if (!/^[{[(]/.test(text[start] ?? '')) return false;
  return line.kind === 'json' || /^.\s*$/.test(text.slice(start, Math.min(line.end, start + 16)));
}

function restOfLine(text: string, line: Line, start: number, column: number, isYaml: boolean): Span | null {
  if (BLOCK_MARK.test(text.slice(start, Math.min(line.end, start + 200)).trimEnd())) return linesBelow(text, line.end, column, true);
  const more = isYaml ? linesBelow(text, line.end, column, false) : null;
  return more === null ? trimmed(text, start, line.end) : { start, end: more.end, isQuoted: false };
}

function lineAt(text: string, from: Line | null, index: number): Line {
  if (from !== null && index >= from.start && index <= from.end) return from;
  let start = from === null || index < from.start ? 0 : from.end + 1;
  let end = text.indexOf('\n', start);
  while (end !== -1 && end < index) {
    start = end + 1;
    end = text.indexOf('\n', start);
  }
  const head = text.slice(start, start + 200);
  const kind = /^\s*(?:[{}"]|\[\s*[{"\]])/.test(head) ? 'json' : /^\s*</.test(head) ? 'xml' : 'plain';
  return { start, end: end === -1 ? text.length : end, kind, limit: null };
}

/** Between quotes, which may span lines; null when they do not close. Backslashes count by the depth of the quotes. */
function quotedFrom(search: Search, start: number, opening: string): Span | null {
  const { text } = search;
  const quote = opening.at(-1) ?? '"';
  const depth = opening.length - 1;
  const from = start + opening.length;
  if (search.unclosed) return null;
  for (let end = text.indexOf(quote, from); end !== -1; end = text.indexOf(quote, end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === '\\' && end - slashes > from) slashes += 1;
    // A single quote is of shells and YAML, where a backslash is nothing else, and ends in its line.
    if (quote === "'" && depth === 0) return text.slice(from, end).includes('\n') ? null : { start: from, end, isQuoted: true };
    if (slashes < depth || slashes % (2 * (depth + 1)) === depth)
      return { start: from, end: end - Math.min(slashes, depth), isQuoted: true };
  }
  search.unclosed = true;
  return null;
}

/** What holds the value: the string or the element that it stands in, or the line. */
function limitOf(text: string, line: Line, start: number): number {
  if (line.kind === 'plain') return line.end;
  if (line.limit === null || start < line.limit.from || start > line.limit.at)
    line.limit = { from: start, at: endOfString(text, line, start) };
  return line.limit.at;
}

function endOfString(text: string, line: Line, start: number): number {
  for (let at = start; at < line.end; at += 1) {
    const one = text[at];
    if (one === '"' || (line.kind === 'xml' && one === '<')) return at;
    if (line.kind === 'json' && one === '\\') {
      if (text[at + 1] === 'n' || text[at + 1] === 'r') return at;
      at += 1;
    }
  }
  return line.end;
}

/** Lines that are indented more than the name, as YAML continues a value. */
function linesBelow(text: string, lineEnd: number, column: number, isBlock: boolean): Span | null {
  let [first, last] = [-1, -1];
  for (let start = lineEnd + 1; start < text.length; ) {
    const next = text.indexOf('\n', start);
    const end = next === -1 ? text.length : next;
    const line = text.slice(start, Math.min(end, start + 400));
    const indent = /^[ \t]*/.exec(line)?.[0].length ?? 0;
    const isBlank = line.trim() === '';
    if (!isBlank && indent <= column) break;
    if (!isBlock && (isBlank || /^\s*(?:[-#{}\]]|["']?[\w.-]{1,60}["']?[ \t]*[:=])/.test(line))) break;
    if (!isBlank) [first, last] = [first === -1 ? start + indent : first, end];
    start = end + 1;
  }
  return first === -1 ? null : { start: first, end: last, isQuoted: false };
}

function cut(text: string, start: number, limit: number, until: RegExp): Span | null {
  until.lastIndex = start;
  // Over so many characters nothing is said about one value.
  const match = until.exec(text.slice(0, Math.min(limit, start + 4096)));
  return trimmed(text, start, match === null ? limit : Math.max(match.index, start));
}

function trimmed(text: string, start: number, end: number): Span | null {
  const value = text.slice(start, end).trimEnd();
  return NOTHING.test(value) ? null : { start, end: start + value.length, isQuoted: false };
}

function stickyAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
