'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { Button } from '../kit/button';
import { CopyId } from '../kit/copy-id';
import { Mark } from '../kit/mark';
import { Panel } from '../kit/panel';
import { EmptyState } from '../kit/states';
import { Time } from '../kit/time';
import { useTRPC } from '../trpc/client';
import { explainError } from '../trpc/errors';
import { AddSignature } from './add-signature';
import type { Release } from './release-page';
import { SIGNATURE_COVERS, SIGNATURE_KINDS, signatureWords } from './release-words';

/** Every signature of the image, and what the newest look at it said. */
export function SignaturesPanel({ release }: { release: Release }) {
  const { compression, format } = release.image;
  // A tar package is written as it is: it has no content apart from the file.
  const packed = compression !== null && compression !== 'none' && format !== 'tar';
  const good = release.signatures.filter(({ verdict }) => verdict === 'verified');
  const all = (one: 'file' | 'content') => packed && good.length > 0 && good.every(({ covers }) => covers === one);
  return (
    <Panel title="Signatures" flush aside={release.may.addSignature && <AddSignature release={release} />}>
      {release.signatures.length === 0 ? (
        <EmptyState title="Not signed">A gateway that has release keys pinned refuses this image, whatever the server says.</EmptyState>
      ) : (
        <ul className="divide-y divide-line">
          {release.signatures.map((one) => {
            const words = signatureWords(one.verdict);
            return (
              <li key={one.id} className="flex flex-col gap-0.5 px-3 py-2 text-sm">
                <span className="flex flex-wrap items-baseline justify-between gap-x-4">
                  <span>
                    <Mark priority={words.priority}>{words.label}</Mark>
                    <span className="pl-2">{one.signer ?? 'by somebody unknown'}</span>
                  </span>
                  <span className="text-xs text-muted">
                    {SIGNATURE_KINDS[one.kind] ?? one.kind}
                    {packed && one.covers && `, ${SIGNATURE_COVERS[one.covers] ?? one.covers}`}
                    {one.maySetAside && release.may.addSignature && <SetAside releaseId={release.id} signatureId={one.id} />}
                  </span>
                </span>
                <span className="text-xs text-muted">{one.reason}</span>
                <span className="flex flex-wrap items-center gap-x-3 text-xs text-muted">
                  {one.keyFingerprint && (
                    <CopyId value={one.keyFingerprint} shown={`key …${one.keyFingerprint.slice(-16)}`} label="fingerprint of the key" />
                  )}
                  <span>
                    added by {one.addedBy}, looked at <Time at={one.checkedAt} zone="UTC" withDate />
                  </span>
                </span>
              </li>
            );
          })}
        </ul>
      )}
      {all('content') && (
        <p className="border-line border-t px-3 py-2 text-muted text-xs">
          Agents of an older version know signatures over the compressed file only, and refuse this image: add one of those for them.
        </p>
      )}
      {all('file') && (
        <p className="border-line border-t px-3 py-2 text-muted text-xs">
          Gateways that pin release keys fetch the whole file: nothing that is put together from blocks can be checked by these signatures.
          Add one over the uncompressed image, and they fetch only what they lack.
        </p>
      )}
    </Panel>
  );
}

/** A wrong file is taken away; what it was stays in the audit trail. */
function SetAside({ releaseId, signatureId }: { releaseId: string; signatureId: string }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const drop = useMutation(
    trpc.releases.dropSignature.mutationOptions({
      onSuccess: () => void toast('The signature is set aside'),
      onError: (error) => void toast.error(explainError(error).message),
      onSettled: () => queryClient.invalidateQueries(trpc.releases.pathFilter()),
    }),
  );
  return (
    <Button variant="quiet" busy={drop.isPending} onClick={() => drop.mutate({ releaseId, signatureId })}>
      Set aside
    </Button>
  );
}
