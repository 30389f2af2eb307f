'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { toast } from 'sonner';
import { policyDifference } from '#/domain/safety/policy-difference';
import type { SitePolicy } from '#/domain/safety/site-policy';
import { Button } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { TextField } from '../kit/field';
import { Notice } from '../kit/notice';
import { useTRPC } from '../trpc/client';
import { explainError } from '../trpc/errors';
import { policyDirection } from './policy-fields';
import { PolicyDifferenceTable } from './policy-difference-table';

export type PolicyVersion = { version: number; policy: SitePolicy };
type Props = {
  site: { id: string; name: string };
  base: PolicyVersion;
  next: SitePolicy;
  onSaved: (version: number) => void;
  onClose: () => void;
};

/** The difference, what it ends, and why it is made; only then it is saved. */
export function SavePolicyDialog({ site, base, next, onSaved, onClose }: Props) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const changes = policyDifference(base.policy, next);
  const looser = changes.filter(({ path, old, new: value }) => policyDirection(path, old, value) === 'looser').length;
  const save = useMutation(
    trpc.safety.savePolicy.mutationOptions({
      onSuccess: ({ version, ended }) => {
        const ends = ended === 0 ? 'No override was in force.' : `${ended} ${ended === 1 ? 'override has' : 'overrides have'} ended.`;
        toast(`Version ${version} of ${site.name} is in force`, { description: ends });
        onSaved(version);
        onClose();
      },
      onSettled: () => void queryClient.invalidateQueries(trpc.safety.pathFilter()),
    }),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    event.stopPropagation();
    const note = String(new FormData(event.currentTarget).get('note')).trim();
    save.mutate({ siteId: site.id, expectedVersion: base.version, policy: next, note });
  };
  const refusal = save.error ? explainError(save.error) : null;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      wide
      title={`Change the safety policy of ${site.name}`}
      description={`From version ${base.version} to ${base.version + 1}`}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <PolicyDifferenceTable changes={changes} label="What would change" />
        <Notice priority={looser > 0 ? 'p3' : 'info'} title={looser > 0 ? `${looser} of them make the policy looser` : 'What happens then'}>
          Every gateway of the site gets the new policy as soon as it is connected. Overrides of this site that are in force end, and open
          requests lapse: they were made under another policy. Agents keep their own hard limits, whatever is entered here.
        </Notice>
        <TextField
          label="Why"
          name="note"
          required
          minLength={10}
          maxLength={1000}
          autoComplete="off"
          hint="Goes into the history and the audit trail. At least 10 characters."
        />
        {refusal && (
          <Notice priority="p1" title="Nothing was saved">
            <p>{refusal.message}</p>
            {refusal.actions.length > 0 && <p className="text-muted">{refusal.actions.join('. ')}.</p>}
          </Notice>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Back to the form</Button>
          <Button type="submit" variant="primary" busy={save.isPending}>
            Put version {base.version + 1} in force
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
