'use client';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import type { InstallStrategy } from '#/domain/jobs/job-options';
import { Button } from '../kit/button';
import { TextField } from '../kit/field';
import { Notice } from '../kit/notice';
import { Panel } from '../kit/panel';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { explainError } from '../trpc/errors';
import type { Update } from './release-list';
import { soundDelay, type UpdateState } from './update-page-state';

type Props = {
  gateway: RouterOutputs['gateways']['byId'];
  update: Update;
  strategy: InstallStrategy;
  state: UpdateState;
  plan: RouterOutputs['updates']['plan'];
};

/** The last step: what reboots a gateway is started only after its crane's id was typed. Leads to the job. */
export function StartPanel({ gateway, update, strategy, state, plan }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const [typed, setTyped] = useState('');
  const start = useMutation(trpc.updates.start.mutationOptions({ onSuccess: ({ jobId }) => router.push(`/jobs/${jobId}`) }));
  const matches = !state.reboot || typed.trim().toLowerCase() === plan.craneName.toLowerCase();
  const ready = matches && plan.unfinishedJobId === null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!ready || start.isPending) return;
    start.mutate({
      gatewayId: gateway.id,
      releaseId: update.id,
      strategy,
      rebootAfter: state.reboot,
      rebootDelaySeconds: soundDelay(state.delay),
      confirmCrane: typed.trim(),
    });
  };
  const refusal = start.error ? explainError(start.error) : null;
  return (
    <Panel title="4 · Start">
      <form onSubmit={submit} className="flex flex-col gap-3">
        {state.reboot && (
          <TextField
            label={`This reboots the gateway of crane ${plan.craneName}. Type the crane’s id to go on`}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            placeholder={plan.craneName}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            className="max-w-md"
            error={typed.length >= plan.craneName.length && !matches ? `This is not ${plan.craneName}.` : null}
          />
        )}
        {refusal && (
          <Notice priority="p1" title="The update was not started">
            <p>{refusal.message}</p>
            {refusal.actions.length > 0 && (
              <ul className="list-disc pl-5">
                {refusal.actions.map((action) => (
                  <li key={action}>{action}</li>
                ))}
              </ul>
            )}
          </Notice>
        )}
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" variant="primary" busy={start.isPending || start.isSuccess} disabled={!ready}>
            Update {gateway.name} to {update.version}
          </Button>
          <span className="text-xs text-muted">It can be paused or cancelled until the bootloader is switched.</span>
        </div>
      </form>
    </Panel>
  );
}
