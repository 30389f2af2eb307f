/** What comes in as a bundle is what was announced, byte for byte, or nothing. */
import { createHash } from 'node:crypto';
import { DomainError } from '#/domain/errors/domain-error';

export type Announced = { sizeBytes: number; sha256: string };

/** The same bytes. Fails with VALIDATION_FAILED or CHECKSUM_MISMATCH at the first sign that they are others; the store keeps nothing then. */
export async function* asAnnounced(source: AsyncIterable<Uint8Array>, { sizeBytes, sha256 }: Announced): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > sizeBytes) throw new DomainError('VALIDATION_FAILED', `More than the ${sizeBytes} bytes that were announced came.`);
    hash.update(chunk);
    yield chunk;
  }
  if (bytes !== sizeBytes) throw new DomainError('VALIDATION_FAILED', `${bytes} of ${sizeBytes} bytes came.`);
  if (hash.digest('hex') !== sha256) throw new DomainError('CHECKSUM_MISMATCH', 'The bytes are not those whose SHA-256 was announced.');
}
