'use client';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { formatBytes, formatDuration } from '../clock/format';
import { Button } from '../kit/button';
import { CONTROL_CLASS, Field, TextField } from '../kit/field';
import { Notice } from '../kit/notice';
import { Panel } from '../kit/panel';
import { Progress } from '../kit/progress';
import { useTRPC } from '../trpc/client';
import { useImageUpload } from './use-image-upload';

const TYPES = '.img,.squashfs,.tar,.gz,.xz,.zst,.tgz';

/** Choose a file and send it; a file that was begun before goes on where it stopped. */
export function SendPanel({ onSent }: { onSent: (uploadId: string) => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { state, start, pause, resume, giveUp } = useImageUpload();
  const [file, setFile] = useState<File | null>(null);
  const [version, setVersion] = useState('');
  const [sha256, setSha256] = useState('');
  const told = useRef<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  // Chosen while the page was not awake yet: nobody heard of it.
  useEffect(() => setFile(input.current?.files?.[0] ?? null), []);
  useEffect(() => {
    if (state.phase !== 'sent' || !state.uploadId || told.current === state.uploadId) return;
    told.current = state.uploadId;
    void queryClient.invalidateQueries(trpc.releases.pathFilter());
    onSent(state.uploadId);
  }, [state.phase, state.uploadId, onSent, queryClient, trpc]);
  const wrongHash = sha256.trim() !== '' && !/^[0-9a-fA-F]{64}$/.test(sha256.trim());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!file || wrongHash) return;
    void start(file, { ...(version.trim() && { version: version.trim() }), ...(sha256.trim() && { sha256: sha256.trim().toLowerCase() }) });
  };
  const busy = state.phase === 'sending' || state.phase === 'paused' || state.phase === 'broken';
  return (
    <Panel title="Send a file">
      <form onSubmit={submit} className="flex flex-col gap-3">
        <Field label="Image" hint="Raw disk, SquashFS or tar; each also compressed with gzip, xz or zstd.">
          {(control) => (
            <input
              {...control}
              ref={input}
              type="file"
              accept={TYPES}
              disabled={busy}
              onChange={(event) => setFile(event.target.files?.[0] ?? null)}
              className={CONTROL_CLASS}
            />
          )}
        </Field>
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField
            label="Version"
            hint="Compared with what the image says."
            value={version}
            maxLength={80}
            disabled={busy}
            spellCheck={false}
            onChange={(event) => setVersion(event.target.value)}
          />
          <TextField
            label="SHA-256"
            hint="If you have it: compared with what arrives."
            value={sha256}
            maxLength={64}
            disabled={busy}
            spellCheck={false}
            error={wrongHash ? 'A SHA-256 has 64 hexadecimal digits.' : null}
            onChange={(event) => setSha256(event.target.value)}
          />
        </div>
        {busy && <Sending state={state} />}
        {state.phase === 'broken' && (
          <div role="alert">
            <Notice priority="p2" title={state.refused ? 'The file was not taken' : 'The upload stopped'}>
              {state.error}
            </Notice>
          </div>
        )}
        <div className="flex flex-wrap gap-2">
          {!busy && (
            <Button type="submit" variant="primary" disabled={!file || wrongHash}>
              Send
            </Button>
          )}
          {busy && !state.refused && (
            <Button variant={state.phase === 'sending' ? 'secondary' : 'primary'} onClick={state.phase === 'sending' ? pause : resume}>
              {state.phase === 'sending' ? 'Pause' : 'Go on'}
            </Button>
          )}
          {busy && (
            <Button variant="quiet" onClick={giveUp}>
              {state.refused ? 'Choose another file' : 'Give it up'}
            </Button>
          )}
        </div>
        <p className="text-xs text-muted">After a reload choose the same file again: it goes on where it stopped.</p>
      </form>
    </Panel>
  );
}

function Sending({ state }: { state: ReturnType<typeof useImageUpload>['state'] }) {
  const { sentBytes, totalBytes, bytesPerSecond } = state;
  const left = bytesPerSecond && bytesPerSecond > 0 ? formatDuration(((totalBytes - sentBytes) * 1000) / bytesPerSecond) : null;
  return (
    <div className="flex flex-col gap-1">
      <Progress percent={totalBytes === 0 ? 0 : (sentBytes * 100) / totalBytes} label="Progress of the upload" stale={state.waits} />
      <p className="tabular text-xs text-muted">
        {formatBytes(sentBytes)} of {formatBytes(totalBytes)}
        {bytesPerSecond !== null && `, ${formatBytes(bytesPerSecond)}/s`}
        {left !== null && `, ${left} left`}
        {state.phase === 'paused' && ', paused'}
        {state.waits && ', the server does not answer: it goes on by itself'}
        {state.resumed && ' · went on from what was sent before'}
      </p>
    </div>
  );
}
