'use client';
/** A new set of pinned keys for the gateways: what they will believe, signed elsewhere by a key that they pin now, and sent. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { TextField } from '../kit/field';
import { Mark, type Priority } from '../kit/mark';
import { CELL, PlainTable } from '../kit/plain-table';
import { QueryState } from '../kit/query-state';
import { Refusal } from '../trpc/refusal';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { PURPOSES } from './keys-table';
import { type SignedText, SignOffline } from './sign-offline';

type Plan = RouterOutputs['trust']['keySet'];
type Props = { onClose: () => void; onDone: () => void };

const AFTERWARDS: Record<string, { label: string; priority: Priority }> = {
  active: { label: 'Believed', priority: 'none' },
  retired: { label: 'Believed; signs nothing new', priority: 'none' },
  revoked: { label: 'Not believed any more', priority: 'p2' },
};

export function RotateDialog({ onClose, onDone }: Props) {
  const trpc = useTRPC();
  const query = useQuery(trpc.trust.keySet.queryOptions(undefined, { staleTime: Number.POSITIVE_INFINITY, retry: false }));
  const [signed, setSigned] = useState<SignedText | null>(null);
  const [typed, setTyped] = useState('');
  const rotate = useMutation(
    trpc.trust.rotate.mutationOptions({
      onSuccess: ({ version, gateways, strangers }) => {
        const doubt = strangers > 0 ? `; ${strangers} of them do not pin the key that signed it, and will refuse it` : '';
        toast(`Set ${version} is on its way to ${gateways} gateways${doubt}`);
        onClose();
      },
      onSettled: onDone,
    }),
  );
  const plan = query.data;
  const now: SignedText = signed ?? { text: plan?.text ?? '', signature: null };
  const version = versionOf(now.text);
  const { signature } = now;
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title="Rotate what the gateways pin"
      description="Fairlead cannot change what a gateway believes: it takes a new set only when a key that it pins now has signed it."
      footer={
        <>
          <div className="w-full">
            <Refusal title="The set was not sent" error={rotate.error} />
          </div>
          <Button onClick={onClose}>Leave everything as it is</Button>
          <Button
            variant="danger"
            busy={rotate.isPending}
            disabled={signature === null || version === null || typed.trim() !== String(version)}
            onClick={() => signature && rotate.mutate({ document: { text: now.text, signature } })}
          >
            Send the set to the gateways
          </Button>
        </>
      }
    >
      <QueryState query={query} loading="Making the set" rows={8} failed="There is no set to send" />
      {plan && (
        <div className="flex flex-col gap-4">
          <Consequences plan={plan} />
          <SignOffline
            fileName={`key-set-${plan.version}.json`}
            text={plan.text}
            keys={plan.keys.filter((key) => key.state !== 'revoked' && key.purposes.includes('release'))}
            signed={now}
            onChange={setSigned}
          />
          <TextField
            label={version === null ? 'The text is not a key set' : `Type the number of the set, ${version}, to send it`}
            value={typed}
            inputMode="numeric"
            autoComplete="off"
            maxLength={12}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
      )}
    </Dialog>
  );
}

function Consequences({ plan }: { plan: Plan }) {
  const believed = plan.keys.filter((key) => key.state !== 'revoked' && key.purposes.includes('release'));
  const nowhere = believed.every((key) => key.pinnedBy === 0);
  return (
    <section aria-label="What changes" className="flex flex-col gap-2 text-sm">
      <p>
        Set {plan.version}, for {plan.behind} of the {plan.pinning} gateways that pin keys.
      </p>
      <PlainTable label="Keys of the set" titles={['Key', 'May sign', 'Pinned now by', 'Afterwards']}>
        {plan.keys.map((key) => {
          const words = AFTERWARDS[key.state] ?? { label: key.state, priority: 'none' as const };
          return (
            <tr key={key.fingerprint}>
              <th scope="row" className={`${CELL} text-left font-medium`}>
                {key.label} <span className="font-mono text-xs font-normal whitespace-nowrap text-muted">…{key.fingerprint.slice(-8)}</span>
              </th>
              <td className={`${CELL} text-xs`}>{key.purposes.map((purpose) => PURPOSES[purpose] ?? purpose).join(', ')}</td>
              <td className={`${CELL} text-xs tabular-nums`}>
                {key.pinnedBy} of {plan.pinning}
              </td>
              <td className={`${CELL} text-xs`}>
                <Mark priority={words.priority}>{words.label}</Mark>
              </td>
            </tr>
          );
        })}
      </PlainTable>
      <ul className="list-disc pl-5 text-sm">
        <li>A gateway that has taken it believes these keys only, for images, for further sets and for downgrades.</li>
        <li>
          A job that has its order already is judged by the keys that are pinned when its image is looked at, before the first byte is
          written.
        </li>
        <li>It cannot be taken back: only another set, signed by a key of this one, replaces it.</li>
        <li>A gateway that is away takes it when it comes back, within seven days.</li>
        {nowhere && plan.pinning > 0 && (
          <li>
            <Mark priority="p2" className="!whitespace-normal">
              No gateway pins a key that could sign it. Only a visit to the gateways helps.
            </Mark>
          </li>
        )}
      </ul>
    </section>
  );
}

function versionOf(text: string): number | null {
  try {
    const { version } = JSON.parse(text) as { version?: unknown };
    return typeof version === 'number' ? version : null;
  } catch {
    return null;
  }
}
