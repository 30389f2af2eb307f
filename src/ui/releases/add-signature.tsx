'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ChangeEvent, useRef, useState } from 'react';
import { toast } from 'sonner';
import { MAX_SIGNATURE_BYTES } from '#/protocol/trust/keyring';
import { Button } from '../kit/button';
import { useTRPC } from '../trpc/client';
import { explainError } from '../trpc/errors';
import type { Release } from './release-page';
import { signatureWords } from './release-words';

const TYPES = '.asc,.sig,.gpg,.p7s,.pem,.txt,.sums,application/pgp-signature,application/pkcs7-signature';

/** Chooses the file of a detached signature; what it is worth is said at once. */
export function AddSignature({ release }: { release: Release }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const file = useRef<HTMLInputElement>(null);
  const [tooLarge, setTooLarge] = useState(false);
  const add = useMutation(
    trpc.releases.addSignature.mutationOptions({
      onSuccess: ({ verdict, reason }) => void toast(`${signatureWords(verdict).label}: ${reason}`),
      onSettled: () => queryClient.invalidateQueries(trpc.releases.pathFilter()),
    }),
  );
  const chosen = async (event: ChangeEvent<HTMLInputElement>) => {
    const [one] = event.target.files ?? [];
    if (!one) return;
    const oversize = one.size > MAX_SIGNATURE_BYTES;
    setTooLarge(oversize);
    add.reset();
    const bytes = oversize ? null : new Uint8Array(await one.arrayBuffer());
    event.target.value = '';
    if (bytes) add.mutate({ releaseId: release.id, body: btoa(String.fromCharCode(...bytes)) });
  };
  const refused = tooLarge
    ? `A signature has at most ${MAX_SIGNATURE_BYTES / 1024} KiB: is this the image?`
    : add.error && explainError(add.error).message;
  return (
    <>
      {refused && (
        <span role="alert" className="text-p1">
          ■ {refused}
        </span>
      )}
      <input
        ref={file}
        type="file"
        accept={TYPES}
        aria-label="File of the signature"
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => void chosen(event)}
      />
      <Button busy={add.isPending} onClick={() => file.current?.click()}>
        Add signature …
      </Button>
    </>
  );
}
