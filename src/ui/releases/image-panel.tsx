import { formatBytes } from '../clock/format';
import { CopyId } from '../kit/copy-id';
import { Facts } from '../kit/facts';
import { Panel } from '../kit/panel';
import { Time } from '../kit/time';
import type { Release } from './release-page';

/** What the image says of itself. What it does not say is left out, not guessed. */
export function ImagePanel({ image }: { image: Release['image'] }) {
  const { facts } = image;
  return (
    <Panel
      title="Image"
      aside={
        image.inspectedAt && (
          <span>
            looked into <Time at={image.inspectedAt} zone="UTC" withDate />
          </span>
        )
      }
    >
      <Facts
        facts={[
          { label: 'Size', value: sizeText(image) },
          ...(image.contentSha256
            ? [
                {
                  label: 'Content',
                  value: <CopyId value={image.contentSha256} shown={image.contentSha256.slice(0, 16)} label="SHA-256 of the content" />,
                },
              ]
            : []),
          ...(facts === null ? [] : factsOfImage(facts)),
        ]}
      />
      {facts === null && (
        <p className="pt-2 text-sm text-muted">
          {image.inspectedAt === null ? 'Nobody has looked into this image yet.' : 'What this image is could not be read.'}
        </p>
      )}
      {facts !== null && facts.partitionTable !== null && facts.partitionTable.partitions.length > 0 && <Partitions facts={facts} />}
    </Panel>
  );
}

type ImageFacts = NonNullable<Release['image']['facts']>;

function sizeText({ sizeBytes, compression, contentSizeBytes }: Release['image']): string {
  const packed = compression !== null && compression !== 'none';
  return `${formatBytes(sizeBytes)}${packed ? `, ${compression}${contentSizeBytes === null ? '' : `, ${formatBytes(contentSizeBytes)} uncompressed`}` : ''}`;
}

function factsOfImage(facts: ImageFacts) {
  const known: { label: string; value: string | null | undefined }[] = [
    { label: 'Format', value: facts.format },
    { label: 'Says that it is', value: facts.version },
    { label: 'System', value: facts.osRelease?.prettyName ?? null },
    { label: 'Kernel', value: facts.kernel },
    { label: 'Architecture', value: facts.architecture },
    { label: 'Build', value: facts.buildId },
    { label: 'Bootloader', value: facts.bootloader },
    { label: 'Runs on', value: facts.hardware?.join(', ') },
    { label: 'Hardware from', value: facts.minimumHardware },
    { label: 'Installs over', value: facts.fromVersion === null ? null : `${facts.fromVersion} and newer` },
    { label: 'File systems', value: facts.fileSystems.map((one) => one.kind).join(', ') || null },
    { label: 'Boot images', value: facts.bootImages.map((one) => one.kind).join(', ') || null },
    { label: 'Entries', value: facts.entryCount === null ? null : String(facts.entryCount) },
  ];
  return known.flatMap(({ label, value }) => (value ? [{ label, value }] : []));
}

function Partitions({ facts }: { facts: ImageFacts }) {
  const { partitions = [], kind = 'none' } = facts.partitionTable ?? {};
  return (
    <table aria-label={`Partitions (${kind})`} className="mt-2 w-full border-t border-line text-xs">
      <thead>
        <tr className="text-left text-muted">
          {['Partition', 'From', 'Size', 'Type'].map((title) => (
            <th key={title} scope="col" className="py-1 pr-3 font-medium">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="tabular">
        {partitions.map((one) => (
          <tr key={one.number}>
            <td className="py-0.5 pr-3">
              {one.number} {one.name}
            </td>
            <td className="pr-3 whitespace-nowrap">{formatBytes(one.startBytes)}</td>
            <td className="pr-3 whitespace-nowrap">{formatBytes(one.sizeBytes)}</td>
            <td className="font-mono break-all">{one.type}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
