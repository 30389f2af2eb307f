const MAX_LENGTH = 200;

/** A file name as somebody gave it, fit to be shown and kept: without folders and control characters. It never names a file here. */
export function safeFileName(given: string | null | undefined): string {
  const last = (given ?? '').split(/[/\\]/).at(-1) ?? '';
  const clean = last.replace(/\p{C}/gu, '').trim().slice(0, MAX_LENGTH);
  return clean === '' || clean === '.' || clean === '..' ? 'unnamed' : clean;
}
