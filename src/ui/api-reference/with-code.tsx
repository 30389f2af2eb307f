/** Text in which what stands between backticks is code. */
export function WithCode({ text }: { text: string }) {
  return text.split('`').map((part, at) =>
    at % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a fixed text never move
      <code key={at} className="rounded-sm bg-hover px-1 font-mono text-xs wrap-anywhere text-text">
        {part}
      </code>
    ) : (
      part
    ),
  );
}
