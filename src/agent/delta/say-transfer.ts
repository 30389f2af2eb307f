import type { TransferReport } from './stage-image';

/** For the message of the job: what was fetched and what was not, or why all of it was. Empty where there was no other way. */
export function sayTransfer({ mode, bytesFetched, reusedBytes, slots = [], reason }: TransferReport): string {
  if (mode === 'full') return reason === undefined ? '' : `, whole: ${reason}`;
  if (reusedBytes === 0) return `: ${megabytes(bytesFetched)} fetched, nothing to reuse`;
  const from = `from slot ${slots.join(' and ')}`;
  return `: ${megabytes(bytesFetched)} fetched, ${megabytes(reusedBytes)} ${mode === 'patch' ? 'made by a patch' : 'reused'} ${from}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 10e6 ? 2 : 0)} MB`;
}
