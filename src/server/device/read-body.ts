import type { IncomingMessage } from 'node:http';
import { DomainError } from '#/domain/errors/domain-error';

/** The whole body of a small request. Throws PAYLOAD_TOO_LARGE as soon as it is beyond the limit. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = () => new DomainError('PAYLOAD_TOO_LARGE', `The body may have at most ${maxBytes} bytes.`, { max_bytes: maxBytes });
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
