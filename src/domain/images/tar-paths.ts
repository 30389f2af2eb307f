/** Whether the entries of a tar stay inside the folder that it is unpacked to, also by way of the links among them. */
import { ImageRefused } from './image-refused';
import type { TarHeader } from './tar-header';

const MOST_ENTRIES = 500_000;
const LONGEST_PATH = 4096;
const MOST_HOPS = 40;
/** Filled while the system runs: a link there leads to what no archive holds. */
const FILLED_LATER = /^(proc|sys|run|dev|tmp|var)(\/|$)/;

type Link = { target: string; shown: string };
/** Where a path ends; null: outside. */
type Way = { place: string; absolute: boolean } | null;

/** Takes the entries in their order; throws ImageRefused for one that leads outside. */
export class TarPaths {
  /** Places of entries and of the folders above them, links followed. */
  private readonly places = new Set<string>(['']);
  private readonly links = new Map<string, Link>();

  /** The place of this entry, clean. */
  add(header: TarHeader): string {
    const shown = quoted(header.name);
    if (header.name.length > LONGEST_PATH) throw new ImageRefused(`It has a path of more than ${LONGEST_PATH} characters.`);
    if (header.name.startsWith('/')) throw new ImageRefused(`It has a file with an absolute path: ${shown}.`);
    if (this.places.size > MOST_ENTRIES) throw new ImageRefused(`It has more than ${MOST_ENTRIES} entries.`);
    const place = this.placeOf(header.name, shown);
    this.requireHarmless(header, place, shown);
    if (header.type === 'symlink') this.links.set(place, { target: header.target, shown });
    else this.links.delete(place);
    for (let end = place.length; end > 0 && !this.places.has(place.slice(0, end)); end = place.lastIndexOf('/', end - 1)) {
      this.places.add(place.slice(0, end));
    }
    return place;
  }

  /**
   * Every link must stay inside. An absolute one is the image's own matter when it leads, seen from the image's root, to
   * something that is there.
   */
  finish(): void {
    for (const [place, { target, shown }] of this.links) {
      const way = target === '' ? null : this.follow(folderOf(place), target);
      const there = way && (!way.absolute || this.places.has(way.place) || FILLED_LATER.test(way.place));
      if (!there) throw new ImageRefused(`It has a link that leads outside of its own folder: ${shown} to ${quoted(target)}.`);
    }
  }

  /** Who unpacks it would follow the links on the way, and an absolute one leads to his own files. */
  private placeOf(name: string, shown: string): string {
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    const own = parts.pop() ?? '';
    const way = own === '..' ? null : this.follow('', parts.join('/'));
    if (way === null) throw new ImageRefused(`It has a file outside of its own folder: ${shown}.`);
    if (way.absolute) throw new ImageRefused(`It writes a file through a link that leads outside of its own folder: ${shown}.`);
    return way.place === '' || own === '' ? own : `${way.place}/${own}`;
  }

  private requireHarmless({ type, target }: TarHeader, place: string, shown: string): void {
    if (['file', 'folder', 'fifo', 'symlink'].includes(type)) return;
    if (type === 'link') {
      const way = target.startsWith('/') ? null : this.follow('', target);
      if (way && !way.absolute && this.places.has(way.place)) return;
      throw new ImageRefused(`It has a hard link to a file that is not in it: ${shown} to ${quoted(target)}.`);
    }
    if (!type.endsWith('-device')) throw new ImageRefused(`It has an entry of a kind that is not supported, ${type}: ${shown}.`);
    if (!place.startsWith('dev/')) throw new ImageRefused(`It has a device outside of dev: ${shown}.`);
  }

  /** Goes a path from a folder as the system does, with the links that are known now. */
  private follow(folder: string, path: string): Way {
    let way = folder === '' ? [] : folder.split('/');
    let absolute = path.startsWith('/');
    if (absolute) way = [];
    const open = path.split('/').reverse();
    for (let hops = 0; open.length > 0; ) {
      const part = open.pop() as string;
      if (part === '' || part === '.') continue;
      if (part === '..') {
        if (way.pop() === undefined) return null;
        continue;
      }
      way.push(part);
      const link = this.links.get(way.join('/'));
      if (!link) continue;
      hops += 1;
      if (hops > MOST_HOPS || open.length > LONGEST_PATH) throw new ImageRefused(`It has links that go round in circles: ${link.shown}.`);
      way.pop();
      if (link.target.startsWith('/')) {
        absolute = true;
        way = [];
      }
      open.push(...link.target.split('/').reverse());
    }
    return { place: way.join('/'), absolute };
  }
}

const folderOf = (place: string) => place.slice(0, Math.max(0, place.lastIndexOf('/')));
const quoted = (text: string) => JSON.stringify(text.slice(0, 200));
