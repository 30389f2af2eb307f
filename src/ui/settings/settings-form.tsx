'use client';
/** All settings of a gateway in one form. Only what was changed is sent; a change of someone else in between is said. */
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { FormProvider, useForm } from 'react-hook-form';
import { toast } from 'sonner';
import { type GatewaySettingsBody, gatewaySettingsSchema } from '#/domain/settings/gateway-settings';
import { Button } from '../kit/button';
import { Notice } from '../kit/notice';
import { Refusal } from '../trpc/refusal';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { changedSettings, countChanges } from './changed-settings';
import { NotificationFields, SafetyFields, UpdateFields, VerificationFields } from './setting-fields';
import { WindowFields } from './window-fields';

type Settings = RouterOutputs['settings']['read'];

export function SettingsForm({ gatewayId, settings, canWrite }: { gatewayId: string; settings: Settings; canWrite: boolean }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  /** What the form was filled with; `settings` moves on when someone else saves. */
  const [base, setBase] = useState(settings);
  const form = useForm<GatewaySettingsBody>({ resolver: zodResolver(gatewaySettingsSchema), defaultValues: base.body, mode: 'onTouched' });
  const changes = changedSettings(base.body, form.watch());
  const count = countChanges(changes);
  const overtaken = settings.version !== base.version;
  const load = (next: Settings) => {
    setBase(next);
    form.reset(next.body);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new version from the server is a reason, not a keystroke
  useEffect(() => {
    if (overtaken && count === 0) load(settings);
  }, [settings.version]);
  const update = useMutation(
    trpc.settings.update.mutationOptions({
      onSuccess: async ({ version }) => {
        const next = { body: form.getValues(), version, updatedAt: new Date() };
        queryClient.setQueryData(trpc.settings.read.queryKey({ gatewayId }), next);
        load(next);
        toast('The settings are saved', { description: 'The gateway takes them over as soon as it is connected.' });
        await queryClient.invalidateQueries(trpc.settings.read.queryFilter({ gatewayId }));
      },
    }),
  );
  const submit = form.handleSubmit(() => update.mutate({ gatewayId, expectedVersion: base.version, changes }));
  return (
    <FormProvider {...form}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-3">
        {!canWrite && (
          <Notice priority="none" title="You may look, not change">
            Changing settings needs the role supervisor or admin at this site.
          </Notice>
        )}
        <fieldset disabled={!canWrite} className="grid min-w-0 items-start gap-3 lg:grid-cols-2">
          <legend className="sr-only">Settings</legend>
          <WindowFields />
          <UpdateFields />
          <SafetyFields />
          <div className="grid gap-3">
            <VerificationFields />
            <NotificationFields />
          </div>
        </fieldset>
        {overtaken && count > 0 && (
          <Notice
            priority="p3"
            title="Someone else has changed these settings meanwhile"
            action={<Button onClick={() => load(settings)}>Show theirs and drop mine</Button>}
          >
            Yours can no longer be saved as they are: they began from version {base.version}, now there is version {settings.version}.
          </Notice>
        )}
        <Refusal title="Nothing was saved" error={update.error} />
        {canWrite && (
          <div className="sticky bottom-0 z-10 flex flex-wrap items-center gap-3 border-t border-line bg-canvas py-2 max-md:bottom-14">
            <Button type="submit" variant="primary" busy={update.isPending} disabled={count === 0 || overtaken}>
              Save the changes
            </Button>
            <Button onClick={() => form.reset(base.body)} disabled={count === 0 || update.isPending}>
              Undo
            </Button>
            <span role="status" className="tabular text-xs text-muted">
              {count === 0 ? `Nothing changed · version ${base.version}` : `${count} ${count === 1 ? 'field' : 'fields'} changed`}
            </span>
          </div>
        )}
      </form>
    </FormProvider>
  );
}
