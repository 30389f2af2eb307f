/** What a failed call says to a person. The shape is ErrorData of the tRPC root. */
type CallError = { message?: string; data?: { code?: string; domainCode?: string | null; suggestedActions?: string[] } | null };

/** True when the server said that nobody is signed in. */
export function isUnauthenticated(error: unknown): boolean {
  return (error as CallError | null)?.data?.code === 'UNAUTHORIZED';
}

/** Message and next steps of a failed call; a lost connection has no data and gets its own words. */
export function explainError(error: unknown): { message: string; actions: string[] } {
  const call = error as CallError | null;
  if (!call?.data) return { message: 'The server did not answer.', actions: ['Check the connection', 'Try again in a moment'] };
  return { message: call.message ?? 'Something went wrong.', actions: call.data.suggestedActions ?? [] };
}
