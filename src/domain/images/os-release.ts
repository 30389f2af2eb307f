/** /etc/os-release: shell-like assignments that name an operating system. */
import { z } from 'zod';
import { shownText } from './byte-fields';

export const OS_RELEASE_MOST_BYTES = 64 * 1024;

export const osReleaseSchema = z.object({
  id: z.string().nullable(),
  versionId: z.string().nullable(),
  prettyName: z.string().nullable(),
  buildId: z.string().nullable(),
});
export type OsRelease = z.infer<typeof osReleaseSchema>;

const LINE = /^([A-Z][A-Z0-9_]*)=(.*)$/;

/** What an os-release says; null when it says nothing of what we look for. */
export function parseOsRelease(bytes: Uint8Array): OsRelease | null {
  const found = new Map<string, string>();
  for (const line of new TextDecoder().decode(bytes.subarray(0, OS_RELEASE_MOST_BYTES)).split('\n')) {
    const match = LINE.exec(line.trim());
    if (match) found.set(match[1] as string, unquote(match[2] as string));
  }
  const of = (key: string) => shownText(found.get(key) ?? '');
  const release = { id: of('ID'), versionId: of('VERSION_ID'), prettyName: of('PRETTY_NAME'), buildId: of('BUILD_ID') };
  return Object.values(release).every((value) => value === null) ? null : release;
}

function unquote(text: string): string {
  const quote = text[0];
  if ((quote === '"' || quote === "'") && text.length >= 2 && text.endsWith(quote)) {
    const inner = text.slice(1, -1);
    return quote === '"' ? inner.replace(/\\(["$`\\])/g, '$1') : inner;
  }
  return text;
}
