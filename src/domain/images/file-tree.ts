/** Walks the folders of a file system inside an image, whichever one it is. Links are followed within the image only. */
import { Malformed } from './malformed';

/** What a file system must tell of one of its nodes. */
export type TreeNode = {
  kind: 'file' | 'folder' | 'link' | 'other';
  /** The first bytes of a file or the target of a link, at most so many. */
  read(maxBytes: number): Promise<Uint8Array>;
  /** The node under this name in a folder, or null. */
  find(name: string): Promise<TreeNode | null>;
  /** Names in a folder, at most so many. */
  names(most: number): Promise<string[]>;
};

const MOST_STEPS = 64;
const LONGEST_PATH = 4096;

/** The node at an absolute path, links followed as if the image were mounted as the root; null when there is none. */
export async function nodeAt(root: TreeNode, path: string): Promise<TreeNode | null> {
  let open = partsOf(path);
  const way: TreeNode[] = [root];
  for (let step = 0; open.length > 0; step += 1) {
    if (step >= MOST_STEPS) throw new Malformed('a path goes round in circles');
    const [name, ...rest] = open as [string, ...string[]];
    open = rest;
    if (name === '..') {
      if (way.length > 1) way.pop();
      continue;
    }
    const here = way.at(-1) as TreeNode;
    if (here.kind !== 'folder') return null;
    const next = await here.find(name);
    if (next === null) return null;
    if (next.kind === 'link') {
      const target = new TextDecoder().decode(await next.read(LONGEST_PATH));
      if (target.startsWith('/')) way.length = 1;
      open = [...partsOf(target), ...rest];
      continue;
    }
    way.push(next);
  }
  return way.at(-1) as TreeNode;
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}
