'use client';
/** One release: what it is, who answers for it, what is in it, where it runs, and its life. */
import { useQuery } from '@tanstack/react-query';
import { CopyId } from '../kit/copy-id';
import { Facts } from '../kit/facts';
import { Mark } from '../kit/mark';
import { Notice } from '../kit/notice';
import { PageHeader } from '../kit/page-header';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { Time } from '../kit/time';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { DowngradePanel } from './downgrade-panel';
import { ImagePanel } from './image-panel';
import { ReleaseActions, WHY_NOT_PUBLISH } from './release-actions';
import { RELEASE_STATE_WORDS, signatureWords } from './release-words';
import { SbomPanel } from './sbom-panel';
import { SignaturesPanel } from './signatures-panel';
import { WherePanel } from './where-panel';

export type Release = RouterOutputs['releases']['get'];

export function ReleasePage({ releaseId }: { releaseId: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.releases.get.queryOptions({ releaseId }));
  const release = query.data;
  if (!release) {
    return <QueryState query={query} loading="Loading the release" rows={12} failed="The release could not be read" />;
  }
  const state = RELEASE_STATE_WORDS[release.state];
  const signature = signatureWords(release.signature);
  return (
    <>
      <PageHeader
        title={<span className="font-mono">{release.version}</span>}
        crumbs={[{ label: 'Releases', href: '/releases' }, { label: release.version }]}
        lead={
          <span className="flex flex-wrap items-center gap-x-4">
            <Mark priority={state.priority}>{state.label}</Mark>
            <span>
              {release.channel}, {release.type}, {release.severity}
            </span>
            <Mark priority={signature.priority}>Signature: {signature.label.toLowerCase()}</Mark>
          </span>
        }
        actions={<ReleaseActions release={release} />}
      />
      {release.state === 'withdrawn' && (
        <Notice priority="p2" title="This release is withdrawn: no gateway is offered it any more">
          {release.withdrawnReason ?? 'No reason was given.'}
        </Notice>
      )}
      {release.may.whyNotPublish && (
        <Notice priority="info" title="Somebody else publishes it">
          <p id={WHY_NOT_PUBLISH}>
            {release.may.whyNotPublish} Ask another release manager, or change its channel to beta or nightly: you may publish it there, and
            somebody else promotes it.
          </p>
        </Notice>
      )}
      {release.readiness && <ReadinessNotice readiness={release.readiness} />}
      <div className="grid min-w-0 items-start gap-3 xl:grid-cols-2">
        <div className="grid min-w-0 gap-3">
          <AboutPanel release={release} />
          <SignaturesPanel release={release} />
          <DowngradePanel release={release} />
          <LifePanel release={release} />
        </div>
        <div className="grid min-w-0 gap-3">
          <WherePanel releaseId={release.id} version={release.version} />
          <ImagePanel image={release.image} />
          <SbomPanel release={release} />
        </div>
      </div>
    </>
  );
}

function ReadinessNotice({ readiness }: { readiness: NonNullable<Release['readiness']> }) {
  const { missing, warnings } = readiness;
  if (missing.length === 0 && warnings.length === 0) return <Notice priority="info" title="Ready to be published" />;
  return (
    <Notice
      priority={missing.length > 0 ? 'p2' : 'p3'}
      title={missing.length > 0 ? 'It cannot be published yet' : 'Before it is published'}
    >
      <ul className="list-disc pl-5">
        {[...missing, ...warnings].map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </Notice>
  );
}

function AboutPanel({ release }: { release: Release }) {
  return (
    <Panel title="What it brings">
      <div className="flex flex-col gap-2 text-sm">
        <p>{release.description}</p>
        {release.changelog.length > 0 && (
          <ul aria-label="Changelog" className="list-disc pl-5">
            {release.changelog.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
        <Facts
          className="border-t border-line pt-2"
          facts={[
            { label: 'Hardware', value: release.hardware.length === 0 ? 'every revision' : release.hardware.join(', ') },
            { label: 'Needs before', value: release.prerequisites.length === 0 ? 'nothing' : release.prerequisites.join(', ') },
            { label: 'Brought by', value: release.uploader ?? 'not known' },
            { label: 'Since', value: <Time at={release.releasedAt} zone="UTC" withDate /> },
            { label: 'SHA-256', value: <CopyId value={release.image.sha256} shown={release.image.sha256.slice(0, 16)} label="SHA-256" /> },
          ]}
        />
      </div>
    </Panel>
  );
}

function LifePanel({ release }: { release: Release }) {
  return (
    <Panel title="Life and provenance" flush>
      {release.events.length === 0 ? (
        <p className="p-3 text-sm text-muted">Nothing was recorded: it is older than this record.</p>
      ) : (
        <ol className="divide-y divide-line">
          {release.events.map((event) => (
            <li key={event.id} className="flex flex-wrap items-baseline justify-between gap-x-4 px-3 py-1.5 text-sm">
              <span className="min-w-0">{event.message}</span>
              <span className="text-xs text-muted">
                {event.actor}, <Time at={event.at} zone="UTC" withDate />
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
