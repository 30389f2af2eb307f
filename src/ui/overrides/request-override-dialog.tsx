'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { toast } from 'sonner';
import type { OperationClass } from '#/domain/safety/policy';
import type { Constraint } from '#/domain/safety/signals';
import { useCan } from '../access/access';
import { Button } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { Notice } from '../kit/notice';
import { ErrorState, LoadingState } from '../kit/states';
import { useTRPC } from '../trpc/client';
import { explainError } from '../trpc/errors';
import { approversNeeded, draftFaults, measuresOf, type RequestDraft } from './request-draft';
import { RequestForm } from './request-form';

type Props = {
  gateways: readonly { id: string; siteId: string; name: string }[];
  constraint: Constraint | undefined;
  operation: OperationClass;
  jobId: string | null;
  onClose: () => void;
  onSent?: () => void;
};

/** Values move while one writes. */
const POLL_MS = 5_000;

/** Asks for an override of one gateway or of many. */
export function RequestOverrideDialog({ gateways, constraint, operation, jobId, onClose, onSent }: Props) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  const can = useCan();
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState<RequestDraft>(() => emptyDraft(operation, constraint));
  const [tried, setTried] = useState(false);
  const [only] = gateways.length === 1 ? gateways : [];
  const plan = useQuery(
    trpc.overrides.plan.queryOptions(
      { gatewayId: only?.id ?? '', operation: draft.operation },
      { enabled: only !== undefined, refetchInterval: POLL_MS, placeholderData: (before) => before },
    ),
  );
  const siteIds = new Set(gateways.map((one) => one.siteId));
  const sites = useQuery(trpc.safety.policies.queryOptions());
  const policies = sites.data?.filter((view) => siteIds.has(view.site.id)).map((view) => view.policy) ?? [];
  const everywhere = (permission: 'override.approve' | 'override.break_glass') => [...siteIds].every((siteId) => can(permission, siteId));
  const approvers = approversNeeded(draft, policies, everywhere('override.approve'));
  const needsPin = approvers === 0;
  // A bound is suggested once: it must not move under the hand of who fills the form.
  useEffect(() => {
    if (plan.data) setDraft((before) => withSuggestions(before, plan.data.choices));
  }, [plan.data]);
  const faults = draftFaults(draft, { limits: plan.data?.policy, policies, needsPin });
  const request = useMutation(
    trpc.overrides.request.mutationOptions({
      onSuccess: ({ requests }) => {
        const inForce = requests.every((one) => one.state !== 'requested');
        const [first] = requests;
        toast(
          inForce ? 'The override is in force' : requests.length === 1 ? 'The request is sent' : `${requests.length} requests are sent`,
          {
            description: inForce ? undefined : 'It waits for approval; you see it under Overrides.',
            action: first
              ? { label: 'Look', onClick: () => router.push(`/overrides?open=${encodeURIComponent(first.overrideId)}`) }
              : undefined,
          },
        );
        onSent?.();
        onClose();
      },
      onError: () => {
        setDraft((before) => ({ ...before, pin: '' }));
        // The refusal says what to do: the emptied PIN is no second fault.
        setTried(false);
      },
      onSettled: () =>
        Promise.all([queryClient.invalidateQueries(trpc.overrides.pathFilter()), queryClient.invalidateQueries(trpc.safety.pathFilter())]),
    }),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    event.stopPropagation();
    setTried(true);
    if (Object.keys(faults).length > 0) {
      requestAnimationFrame(() => toFirstFault(form.current));
      return;
    }
    request.mutate({
      gatewayIds: gateways.map((one) => one.id),
      bounds: only ? draft.constraints.flatMap((one) => draft.bounds[one] ?? []) : [],
      constraints: draft.constraints,
      jobId,
      operation: draft.operation,
      durationSeconds: draft.durationSeconds,
      reasonCode: draft.reasonCode,
      reason: draft.reason.trim(),
      measures: measuresOf(draft),
      breakGlass: draft.breakGlass,
      pin: needsPin ? draft.pin : undefined,
    });
  };
  const failed = plan.isError && !plan.data ? plan.error : sites.isError && !sites.data ? sites.error : null;
  const ready = sites.data !== undefined && (only === undefined || plan.data !== undefined);
  const retry = () => void Promise.all([...(only ? [plan.refetch()] : []), sites.refetch()]);
  const refusal = request.error ? explainError(request.error) : null;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      wide
      title="Request an override"
      description={only ? only.name : `${gateways.length} gateways: ${gateways.map((one) => one.name).join(', ')}`.slice(0, 200)}
    >
      {failed && <ErrorState title="What may be asked for could not be read" {...explainError(failed)} onRetry={retry} />}
      {!ready && !failed && <LoadingState label="Loading what may be asked for" rows={8} />}
      {ready && (
        <form ref={form} onSubmit={submit} noValidate className="flex flex-col gap-4">
          <RequestForm
            draft={draft}
            plan={plan.data}
            policies={policies}
            faults={tried ? faults : {}}
            approvers={approvers}
            needsPin={needsPin}
            mayBreakGlass={everywhere('override.break_glass') && policies.every((policy) => policy.breakGlass)}
            gateways={gateways.length}
            onChange={(next) => setDraft((before) => ({ ...before, ...next }))}
          />
          {refusal && (
            <Notice priority="p1" title={refusal.message}>
              {refusal.actions.length > 0 && <p className="text-muted">{refusal.actions.join('. ')}.</p>}
            </Notice>
          )}
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" variant={draft.breakGlass ? 'danger' : 'primary'} busy={request.isPending}>
              {draft.breakGlass ? 'Break the glass' : approvers === 0 ? 'Put it in force with my PIN' : 'Send the request'}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

/** The first thing to put right comes into view, and takes the keys where it can. */
function toFirstFault(form: HTMLFormElement | null): void {
  const first = form?.querySelector<HTMLElement>('[aria-invalid], [role="alert"]');
  first?.focus({ preventScroll: true });
  first?.scrollIntoView({ block: 'center' });
}

function emptyDraft(operation: OperationClass, constraint: Constraint | undefined): RequestDraft {
  return {
    operation,
    constraints: constraint ? [constraint] : [],
    bounds: {},
    durationSeconds: 1800,
    reasonCode: 'maintenance',
    reason: '',
    measures: [],
    otherMeasures: '',
    breakGlass: false,
    pin: '',
  };
}

type Choices = readonly { constraint: Constraint; suggested: NonNullable<RequestDraft['bounds'][Constraint]> }[];

/** With the bound that covers the present value for chosen constraints that have none yet. */
function withSuggestions(draft: RequestDraft, choices: Choices): RequestDraft {
  const missing = choices.filter((one) => draft.constraints.includes(one.constraint) && !draft.bounds[one.constraint]);
  if (missing.length === 0) return draft;
  return { ...draft, bounds: { ...draft.bounds, ...Object.fromEntries(missing.map((one) => [one.constraint, one.suggested])) } };
}
