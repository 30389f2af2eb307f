'use client';
import { useState } from 'react';
import { CheckField, TextField } from '../kit/field';

/** Addresses, and the mail server when the channel has one of its own. */
export function EmailFields() {
  const [ownServer, setOwnServer] = useState(false);
  return (
    <>
      <TextField
        label="To"
        name="to"
        required
        placeholder="duty@example.org, shift@example.org"
        hint="Several addresses are separated by commas."
      />
      <TextField label="From" name="from" type="email" required placeholder="fairlead@example.org" />
      <CheckField
        label="A mail server of its own"
        name="ownServer"
        checked={ownServer}
        onChange={(event) => setOwnServer(event.target.checked)}
        hint="Otherwise that of the installation (SMTP_URL)."
      />
      {ownServer && (
        <div className="grid grid-cols-2 gap-3">
          <TextField label="Server" name="host" required autoComplete="off" />
          <TextField label="Port" name="port" type="number" min={1} max={65_535} defaultValue={587} required />
          <TextField label="User" name="user" autoComplete="off" />
          <TextField label="Password" name="password" type="password" autoComplete="new-password" />
          <CheckField label="TLS from the first byte (465)" name="secure" className="col-span-2" />
        </div>
      )}
    </>
  );
}
