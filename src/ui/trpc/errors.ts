/** What a failed call says to a person. The shape is ErrorData of the tRPC root. */
type CallError = {
  message?: string;
  data?: {
    code?: string;
    domainCode?: string | null;
    suggestedActions?: string[];
    /** What is wrong with which part of the input. */
    fields?: Record<string, string[]> | null;
  } | null;
};

/** True when the server said that nobody is signed in. */
export function isUnauthenticated(error: unknown): boolean {
  return (error as CallError | null)?.data?.code === 'UNAUTHORIZED';
}

/** Message and next steps of a failed call; a lost connection has no data and gets its own words. */
export function explainError(error: unknown): { message: string; actions: string[] } {
  const call = error as CallError | null;
  if (!call?.data) return { message: 'The server did not answer.', actions: ['Check the connection', 'Try again in a moment'] };
  const wrong = Object.entries(call.data.fields ?? {}).map(([path, messages]) => `${wordOf(path)}: ${messages.join(', ')}`);
  return { message: call.message ?? 'Something went wrong.', actions: [...wrong, ...(call.data.suggestedActions ?? [])] };
}

/** The name of a part of the input as a person reads it: `fields.changelog.3` is “Changelog 4”. */
function wordOf(path: string): string {
  const names = path.split('.').filter((part) => part !== 'fields');
  const at = names.findLastIndex((part) => !/^\d+$/.test(part));
  const words = (names[at] ?? 'input')
    .replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace(/^./, (first) => first.toUpperCase());
  const index = names[at + 1];
  return index === undefined ? words : `${words} ${Number(index) + 1}`;
}
