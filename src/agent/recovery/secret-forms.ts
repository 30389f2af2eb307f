/** The shapes in which a known secret turns up in text: as it is, escaped, URL-encoded, in hexadecimal, inside base64. */

/** Shorter ones would take ordinary words with them. */
const LEAST_LENGTH = 6;

/** Texts that give the secret away, longest first. */
export function formsOf(secret: string): string[] {
  if (secret.length < LEAST_LENGTH) return [];
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const percent = hex.replaceAll(/../g, '%$&');
  const encoded = encodeURIComponent(secret);
  const forms = new Set([
    secret,
    JSON.stringify(secret).slice(1, -1),
    encoded,
    encoded.replaceAll('%20', '+'),
    encoded.replaceAll(/%[0-9A-F]{2}/g, (one) => one.toLowerCase()),
    hex,
    hex.toUpperCase(),
    percent,
    percent.toUpperCase(),
    ...base64Cores(bytes),
  ]);
  return [...forms].filter((form) => form.length >= LEAST_LENGTH).sort((a, b) => b.length - a.length);
}

/** What base64 of any longer text with these bytes in it must contain: one core for each place in the group of three. */
function base64Cores(bytes: Uint8Array): string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // The first digits also hold bits of what stands before, the last one of what follows.
    const core = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
