/** How states, channels and verdicts of releases are called and marked on the screen. */
import type { ReleaseState } from '#/domain/releases/release-machine';
import type { Priority } from '../kit/mark';

export type Words = { label: string; priority: Priority };

export const RELEASE_STATE_WORDS: Record<ReleaseState, Words> = {
  draft: { label: 'Draft', priority: 'info' },
  published: { label: 'Published', priority: 'none' },
  withdrawn: { label: 'Withdrawn', priority: 'p2' },
};

const SIGNATURE: Record<string, Words> = {
  verified: { label: 'Verified', priority: 'none' },
  unverified: { label: 'Not signed', priority: 'p3' },
  invalid: { label: 'Invalid', priority: 'p1' },
  untrusted: { label: 'Unknown key', priority: 'p2' },
  expired: { label: 'Key expired', priority: 'p2' },
  revoked: { label: 'Key revoked', priority: 'p1' },
};
const UPLOAD: Record<string, Words> = {
  receiving: { label: 'Coming in', priority: 'info' },
  checking: { label: 'Being checked', priority: 'info' },
  verified: { label: 'Verified', priority: 'none' },
  rejected: { label: 'Rejected', priority: 'p2' },
  aborted: { label: 'Broken off', priority: 'none' },
  expired: { label: 'Given up', priority: 'none' },
};

/** Words of a signature’s verdict; one that this build does not know is shown as it is. */
export function signatureWords(verdict: string): Words {
  return SIGNATURE[verdict] ?? { label: verdict, priority: 'none' };
}

export function uploadWords(state: string): Words {
  return UPLOAD[state] ?? { label: state, priority: 'none' };
}

export const SIGNATURE_KINDS: Record<string, string> = { gpg: 'OpenPGP', cms: 'CMS (X.509)', sums: 'signed check sums' };

/** Which bytes of a compressed image a signature holds for. */
export const SIGNATURE_COVERS: Record<string, string> = {
  file: 'over the compressed file',
  content: 'over what the file unpacks to',
  both: 'over the file and what it unpacks to',
};
