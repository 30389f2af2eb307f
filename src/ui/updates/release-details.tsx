'use client';
import Link from 'next/link';
import { CopyId } from '../kit/copy-id';
import { Facts } from '../kit/facts';
import { Panel } from '../kit/panel';
import type { Update } from './release-list';

/** What the chosen release brings and needs. */
export function ReleaseDetails({ update }: { update: Update }) {
  return (
    <Panel
      title={`What ${update.version} brings`}
      aside={
        <Link prefetch={false} href={`/releases/${update.id}`} className="inline-flex min-h-6 items-center underline underline-offset-2">
          Open the release
        </Link>
      }
    >
      <div className="flex flex-col gap-2 text-sm">
        {update.description && <p>{update.description}</p>}
        {update.changelog.length > 0 && (
          <ul className="list-disc pl-5">
            {update.changelog.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
        <Facts
          className="border-t border-line pt-2"
          facts={[
            { label: 'Channel', value: update.channel },
            { label: 'Hardware', value: update.hardware.length === 0 ? 'every revision' : update.hardware.join(', ') },
            { label: 'Needs before', value: update.prerequisites.length === 0 ? 'nothing' : update.prerequisites.join(', ') },
            { label: 'SHA-256', value: <CopyId value={update.sha256} shown={update.sha256.slice(0, 16)} label="SHA-256" /> },
          ]}
        />
      </div>
    </Panel>
  );
}
