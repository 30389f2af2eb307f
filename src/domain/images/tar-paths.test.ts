import { describe, expect, it } from 'vitest';
import { parsePax, type TarHeader } from './tar-header';
import { TarPaths } from './tar-paths';

type Entry = [type: TarHeader['type'], name: string, target?: string];

function take(...entries: Entry[]): void {
  const paths = new TarPaths();
  for (const [type, name, target = ''] of entries) paths.add({ type, name, target, size: 0 });
  paths.finish();
}

describe('paths of a tar', () => {
  it('takes a root file system with its links', () => {
    const folders: Entry[] = [
      ['folder', './'],
      ['folder', './usr/bin/'],
      ['symlink', './bin', 'usr/bin'],
      ['file', './bin/busybox'],
    ];
    const links: Entry[] = [
      ['symlink', './sbin/init', '/bin/busybox'],
      ['symlink', './etc/mtab', '/proc/mounts'],
      ['symlink', './usr/lib/x', '../../bin'],
    ];
    expect(() => take(...folders, ...links, ['link', './usr/bin/sh', './bin/busybox'], ['character-device', './dev/null'])).not.toThrow();
  });

  it.each<[RegExp, Entry[]]>([
    [/outside of its own folder: "a\/..\/..\/b"/, [['file', 'a/../../b']]],
    [/absolute path/, [['file', '/a']]],
    [/link that leads outside/, [['symlink', 'a/b', '../../c']]],
    [/link that leads outside/, [['symlink', 'a', '/home/somebody']]],
    [
      /through a link/,
      [
        ['file', 'etc/x'],
        ['symlink', 'a', '/etc'],
        ['file', 'a/x'],
      ],
    ],
    [
      /through a link/,
      [
        ['file', 'etc/x'],
        ['symlink', 'b', '/etc'],
        ['symlink', 'a', 'b'],
        ['file', 'a/x'],
      ],
    ],
    [
      /outside of its own folder: "d\/e\/f\/x\/y"/,
      [
        ['symlink', 'd/e/f', '.'],
        ['symlink', 'd/e/f/x', '../../../etc'],
        ['file', 'd/e/f/x/y'],
      ],
    ],
    [
      /link that leads outside/,
      [
        ['symlink', 'a/f', '.'],
        ['symlink', 'l', 'a/f/../../x'],
      ],
    ],
    [/in circles/, [['symlink', 'a', 'a']]],
    [/hard link to a file that is not in it/, [['link', 'a', '/etc/shadow']]],
    [/hard link to a file that is not in it/, [['link', 'a', 'later']]],
    [/device outside of dev/, [['block-device', 'sda']]],
    [/device outside of dev/, [['block-device', 'dev/../sda']]],
    [/of a kind that is not supported/, [['unknown (S)', 'sparse']]],
  ])('refuses what leads outside: %s', (sentence, entries) => {
    expect(() => take(...entries)).toThrow(sentence);
  });
});

describe('pax records', () => {
  it('are read by their lengths, or refused', () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    expect(Object.fromEntries(parsePax(bytes('12 path=a=b\n11 size=42\n')))).toEqual({ path: 'a=b', size: '42' });
    for (const bad of ['12 path=a', '-5 path=a\n', '0 path=a\n', 'path=a\n', '3 =\n'])
      expect(() => parsePax(bytes(bad)), bad).toThrow('damaged');
  });
});
