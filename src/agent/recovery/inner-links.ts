/** Which links of a folder stay within it: others are not kept in snapshots, and never put back. */
import { posix } from 'node:path';

/**
 * Whether the link `name` in `folder` leads into the folder, whatever the names on the way are: `..` only at its begin, where
 * the path above the link is one of real folders, for behind the name of another link it would lead elsewhere.
 */
export function leadsInside(folder: string, name: string, target: string): boolean {
  if (target === '' || target.includes('\0')) return false;
  const isAbsolute = posix.isAbsolute(target);
  if (isAbsolute && target !== folder && !target.startsWith(`${folder}/`)) return false;
  const steps = (isAbsolute ? target.slice(folder.length) : target).split('/').filter((step) => step !== '' && step !== '.');
  const up = steps.findIndex((step) => step !== '..');
  const leading = up === -1 ? steps.length : up;
  if (steps.slice(leading).includes('..')) return false;
  const depth = name.split('/').length - 1;
  return leading <= (isAbsolute ? 0 : depth);
}
