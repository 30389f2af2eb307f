/** The delta cannot be used; the whole image is fetched instead. Never a reason for a job to fail. */
export class DeltaError extends Error {
  override readonly name = 'DeltaError';
}
