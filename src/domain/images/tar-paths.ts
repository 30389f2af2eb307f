/** Whether the entries of a tar stay inside the folder that it is unpacked to. */
import { ImageRefused } from './image-refused';
import type { TarHeader } from './tar-header';

const MOST_ENTRIES = 500_000;
const LONGEST_PATH = 4096;
/** Filled while the system runs: a link there leads to what no archive holds. */
const FILLED_LATER = /^(proc|sys|run|dev|tmp|var)(\/|$)/;

/** Takes the entries in their order; throws ImageRefused for one that leads outside. */
export class TarPaths {
  private readonly paths = new Set<string>(['']);
  /** Links with the place that they lead to, seen from the root of the archive. */
  private readonly links = new Map<string, { absolute: boolean; target: string; shown: string }>();

  /** The path of this entry, clean. */
  add(header: TarHeader): string {
    const shown = quoted(header.name);
    const path = inside(header.name, '');
    if (header.name.startsWith('/')) throw new ImageRefused(`It has a file with an absolute path: ${shown}.`);
    if (path === null) throw new ImageRefused(`It has a file outside of its own folder: ${shown}.`);
    if (header.name.length > LONGEST_PATH) throw new ImageRefused('It has a path of more than 4096 characters.');
    if (this.paths.size > MOST_ENTRIES) throw new ImageRefused(`It has more than ${MOST_ENTRIES} entries.`);
    this.refuseThroughLink(path, shown);
    if (header.type === 'symlink') this.addLink(path, header.target, shown);
    else if (header.type === 'link') this.requireEarlier(header.target, shown);
    else if (header.type.endsWith('-device')) {
      if (!path.startsWith('dev/')) throw new ImageRefused(`It has a device outside of dev: ${shown}.`);
    } else if (!['file', 'folder', 'fifo'].includes(header.type)) {
      throw new ImageRefused(`It has an entry of a kind that is not supported, ${header.type}: ${shown}.`);
    }
    if (header.type !== 'symlink') this.links.delete(path);
    for (let end = path.length; end > 0 && !this.paths.has(path.slice(0, end)); end = path.lastIndexOf('/', end - 1))
      this.paths.add(path.slice(0, end));
    return path;
  }

  /** An absolute link is the image's own matter when it leads, seen from the image's root, to something that is there. */
  finish(): void {
    for (const { absolute, target, shown } of this.links.values()) {
      if (!absolute || this.paths.has(target) || FILLED_LATER.test(target) || this.leadsThroughLink(target)) continue;
      throw new ImageRefused(`It has a link that leads outside of its own folder: ${shown} to ${quoted(`/${target}`)}.`);
    }
  }

  private addLink(path: string, target: string, shown: string): void {
    const absolute = target.startsWith('/');
    const place = inside(target, absolute ? '' : path.slice(0, Math.max(0, path.lastIndexOf('/'))));
    if (target === '' || place === null) {
      throw new ImageRefused(`It has a link that leads outside of its own folder: ${shown} to ${quoted(target)}.`);
    }
    this.links.set(path, { absolute, target: place, shown });
  }

  private requireEarlier(target: string, shown: string): void {
    const place = target.startsWith('/') ? null : inside(target, '');
    if (place === null || !this.paths.has(place)) {
      throw new ImageRefused(`It has a hard link to a file that is not in it: ${shown} to ${quoted(target)}.`);
    }
  }

  /** Who unpacks it would follow the link, and an absolute one leads to his own files. */
  private refuseThroughLink(path: string, shown: string): void {
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
      const link = this.links.get(path.slice(0, end));
      if (link?.absolute) throw new ImageRefused(`It writes a file through a link that leads outside of its own folder: ${shown}.`);
    }
  }

  private leadsThroughLink(path: string): boolean {
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) if (this.links.has(path.slice(0, end))) return true;
    return false;
  }
}

/** `path` seen from `folder`, without dots; null when it leaves the root. */
function inside(path: string, folder: string): string | null {
  const way = folder === '' ? [] : folder.split('/');
  for (const part of path.split(/\/+/)) {
    if (part === '' || part === '.') continue;
    if (part !== '..') way.push(part);
    else if (way.pop() === undefined) return null;
  }
  return way.join('/');
}

const quoted = (text: string) => JSON.stringify(text.slice(0, 200));
