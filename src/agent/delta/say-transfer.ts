import type { TransferReport } from './stage-image';

/** For the message of the job: what was fetched and what was not. Empty for an image that came whole. */
export function sayTransfer({ mode, bytesFetched, reusedBytes, slots = [] }: TransferReport): string {
  if (mode === 'full') return '';
  const from = `from slot ${slots.join(' and ')}`;
  return `: ${megabytes(bytesFetched)} fetched, ${megabytes(reusedBytes)} ${mode === 'patch' ? 'made by a patch' : 'reused'} ${from}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 10e6 ? 2 : 0)} MB`;
}
