/** Where to go after sign-in: a path of this site, never another host (open redirect), never the sign-in page again. */
export function safeNextPath(next: string | undefined): string {
  if (!next || !/^\/(?![/\\])/.test(next) || next.startsWith('/sign-in') || /[\r\n\t]/.test(next)) return '/';
  return next;
}
