'use client';
/** A text that somebody signs elsewhere, where the private key is: what exactly, by which command, and the signature that comes back. */
import { type ChangeEvent, useState } from 'react';
import { Button } from '../kit/button';
import { CopyId } from '../kit/copy-id';
import { CONTROL_CLASS, Field, SelectField } from '../kit/field';

export type SigningKey = { fingerprint: string; label: string; kind: string; pinnedBy: number };
export type SignedText = { text: string; signature: { kind: 'gpg' | 'cms'; body: string } | null };

type Props = {
  /** Name of the file that the text is saved as. */
  fileName: string;
  text: string;
  keys: readonly SigningKey[];
  signed: SignedText;
  onChange: (signed: SignedText) => void;
};

export function SignOffline({ fileName, text, keys: unsorted, signed, onChange }: Props) {
  // What most gateways believe comes first.
  const keys = [...unsorted].sort((a, b) => b.pinnedBy - a.pinnedBy);
  const [chosen, setChosen] = useState(keys[0]?.fingerprint ?? '');
  const key = keys.find((one) => one.fingerprint === chosen);
  return (
    <div className="flex flex-col gap-4">
      <section aria-label="The text to sign" className="flex flex-col gap-2">
        <h3 className="text-xs font-semibold">1 · The text, to the byte</h3>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area has to be reachable by keyboard */}
        <pre tabIndex={0} className="max-h-48 overflow-auto rounded-md border border-line bg-sunken p-2 font-mono text-xs">
          {signed.text}
        </pre>
        <div className="flex flex-wrap items-center gap-2">
          <Button onClick={() => save(fileName, signed.text)}>Save as {fileName}</Button>
          {signed.text !== text && (
            <Button variant="quiet" onClick={() => onChange({ ...signed, text })}>
              Back to the text of now
            </Button>
          )}
        </div>
        <FileField
          label="Or a text that was saved before"
          hint="For one that was signed meanwhile: that text is sent, not the one of now."
          accept=".json,.txt"
          onBytes={(bytes) => onChange({ ...signed, text: new TextDecoder().decode(bytes) })}
        />
      </section>
      <section aria-label="How to sign it" className="flex flex-col gap-2">
        <h3 className="text-xs font-semibold">2 · Sign it where the private key is</h3>
        <SelectField
          label="Key"
          value={chosen}
          onChange={(event) => setChosen(event.target.value)}
          options={keys.map((one) => ({
            value: one.fingerprint,
            label: `${one.label} (…${one.fingerprint.slice(-8)}), pinned by ${one.pinnedBy} ${one.pinnedBy === 1 ? 'gateway' : 'gateways'}`,
          }))}
        />
        {key && <Command line={commandOf(key, fileName)} />}
        {key?.pinnedBy === 0 && <p className="text-xs text-muted">No gateway pins this key: none will believe what it signs.</p>}
      </section>
      <SignatureField signed={signed} onChange={onChange} />
    </div>
  );
}

function SignatureField({ signed, onChange }: Pick<Props, 'signed' | 'onChange'>) {
  const [pasted, setPasted] = useState('');
  const [from, setFrom] = useState<string | null>(null);
  const take = (bytes: Uint8Array) => onChange({ ...signed, signature: bytes.length === 0 ? null : signatureOf(bytes) });
  return (
    <section aria-label="The signature" className="flex flex-col gap-2">
      <h3 className="text-xs font-semibold">3 · The signature</h3>
      <Field label="Paste it" hint="Beginning with -----BEGIN PGP SIGNATURE----- or -----BEGIN CMS-----.">
        {(control) => (
          <textarea
            {...control}
            rows={4}
            spellCheck={false}
            value={pasted}
            onChange={(event) => {
              setPasted(event.target.value);
              setFrom(null);
              take(new TextEncoder().encode(event.target.value));
            }}
            className={`${CONTROL_CLASS} font-mono text-xs`}
          />
        )}
      </Field>
      <FileField
        label="Or its file"
        hint={from === null ? undefined : `${from} is taken.`}
        accept=".asc,.sig,.gpg,.p7s,.pem,.der"
        onBytes={(bytes, name) => {
          setPasted('');
          setFrom(name);
          take(bytes);
        }}
      />
    </section>
  );
}

type FileProps = { label: string; hint?: string | undefined; accept: string; onBytes: (bytes: Uint8Array, name: string) => void };

function FileField({ label, hint, accept, onBytes }: FileProps) {
  const chosen = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    if (file) onBytes(new Uint8Array(await file.arrayBuffer()), file.name);
  };
  return (
    <Field label={label} hint={hint}>
      {(control) => <input {...control} type="file" accept={accept} onChange={(event) => void chosen(event)} className="text-sm" />}
    </Field>
  );
}

function Command({ line }: { line: string }) {
  return (
    <div className="flex items-start justify-between gap-2 rounded-md border border-line bg-sunken p-2">
      <code className="font-mono text-xs break-all">{line}</code>
      <CopyId value={line} shown="" label="the command" />
    </div>
  );
}

/** As `gpg` and `openssl` of Debian take it. */
function commandOf(key: SigningKey, fileName: string): string {
  return key.kind === 'gpg'
    ? `gpg --local-user ${key.fingerprint} --armor --detach-sign ${fileName}`
    : `openssl cms -sign -binary -md sha256 -in ${fileName} -signer signer.crt -inkey signer.key -certfile chain.pem -outform PEM -out ${fileName}.p7s`;
}

/** DER begins with a sequence; everything else says itself what it is. */
function signatureOf(bytes: Uint8Array): NonNullable<SignedText['signature']> {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 64)).trimStart();
  const kind = /^-----BEGIN (CMS|PKCS7)/.test(head) || bytes[0] === 0x30 ? 'cms' : 'gpg';
  return { kind, body: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')) };
}

function save(fileName: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = Object.assign(document.createElement('a'), { href: address, download: fileName });
  link.click();
  URL.revokeObjectURL(address);
}
