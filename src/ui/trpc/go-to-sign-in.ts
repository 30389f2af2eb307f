/** Leaves for the sign-in page and comes back here afterwards. */
export function goToSignIn(): void {
  if (typeof window === 'undefined' || window.location.pathname === '/sign-in') return;
  const next = encodeURIComponent(`${window.location.pathname}${window.location.search}`);
  window.location.assign(`/sign-in?ended=1&next=${next}`);
}
