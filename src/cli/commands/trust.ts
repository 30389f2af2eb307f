/** `fairlead trust …`: whose signature counts. Whoever has a shell on this machine acts as key officer, and is named in the audit trail. */
import { type Command, Option } from 'commander';
import { KEY_PURPOSES } from '#/protocol/trust/keyring';
import type { Actor } from '#/server/access/actor';
import { getDb } from '#/server/db/client';
import { addRevocationList } from '#/server/trust/add-revocation-list';
import { addKey, retireKey, revokeKey } from '#/server/trust/change-keys';
import { checkSignature } from '#/server/trust/check-signature';
import { listTrust } from '#/server/trust/list-trust';
import { keySetToSign, rotatePins } from '#/server/trust/rotate-pins';
import { connect, consoleActor } from '../connect';
import { CliError, EXIT } from '../exit-codes';
import { type Act, table } from '../output';
import { readBytes, readSigned, readText, type Signed, signatureKind } from '../signed-file';

const COVERS = { content: 'what the compressed file unpacks to', both: 'the compressed file and what it unpacks to' };
type End = { confirm: string; reason: string };

export function registerTrust(program: Command, act: Act): void {
  const trust = program.command('trust').description('keys that sign releases: add, list, retire, revoke, rotate');

  trust
    .command('add <file>')
    .description('take an armored OpenPGP public key, a PEM certificate, or a PEM revocation list')
    .option('--label <text>', 'a name for people', 'Release key')
    .addOption(new Option('--purpose <purpose...>', 'what it may sign').choices(KEY_PURPOSES).default(['release']))
    .action(
      act(async (file: string, options: { label: string; purpose: (typeof KEY_PURPOSES)[number][] }) => {
        const body = await readText(file);
        await connect();
        if (body.includes('-----BEGIN X509 CRL-----')) {
          const list = await addRevocationList(officer(), { body });
          return {
            json: list,
            text: `The list of ${list.issuer} is in force: ${list.entries} certificates, ${list.releases.length} releases stopped.`,
          };
        }
        const { fingerprint } = await addKey(officer(), { label: options.label, body, purposes: options.purpose });
        return { json: { fingerprint }, text: `Added ${fingerprint}.` };
      }),
    );

  trust
    .command('list')
    .description('keys, what each signs, and which set the gateways pin')
    .action(
      act(async () => {
        await connect();
        const { keys, lists, pins, silent, version } = await listTrust(officer());
        const rows = keys.map((key) => [
          key.fingerprint,
          key.kind,
          key.state,
          key.label,
          key.purposes.join(' '),
          key.signs.join(' ') || 'nothing yet',
        ]);
        const pinned = pins.map((one) => `${one.gateways} gateways pin ${one.version === 0 ? 'no key' : `set ${one.version}`}`);
        const shown = table(
          ['Fingerprint', 'Kind', 'State', 'Label', 'Purposes', 'Signs'],
          rows,
          'There are no keys yet: fairlead trust add <file>',
        );
        return {
          json: { version, keys: keys.map(({ body: _, ...key }) => key), lists, pins, silent },
          text: [shown, `Key set ${version ?? 'none'}; ${[...pinned, `${silent} have not said`].join(', ')}.`].join('\n'),
        };
      }),
    );

  for (const how of ['revoke', 'retire'] as const) {
    trust
      .command(`${how} <fingerprint>`)
      .description(how === 'revoke' ? 'nothing that it signed counts any more' : 'it signs nothing new; what it signed stays signed')
      .requiredOption('--confirm <eight>', 'the last eight characters of the fingerprint, once more')
      .requiredOption('--reason <text>', 'why; for the audit trail')
      .action(
        act(async (fingerprint: string, { confirm, reason }: End) => {
          await connect();
          const input = { fingerprint: fingerprint.toUpperCase(), confirm, reason };
          if (how === 'retire') {
            await retireKey(officer(), input);
            return { json: { retired: true }, text: 'The key is retired.' };
          }
          const done = await revokeKey(officer(), input);
          return {
            json: done,
            text: `The key is revoked: ${done.releases.join(', ') || 'no release'} stopped, ${done.jobsCancelled} jobs cancelled.`,
          };
        }),
      );
  }

  trust
    .command('attach <version>')
    .description("look at a signature of a release's image and keep it")
    .requiredOption('--signature <file>', 'the signature')
    .addOption(signatureKind())
    .action(
      act(async (version: string, options: Signed) => {
        const body = await readBytes(options.signature);
        await connect();
        const release = await getDb().release.findUnique({ where: { version }, select: { id: true, artifactSha256: true } });
        if (!release) throw new CliError(EXIT.failed, `There is no release ${version}.`, 'NOT_FOUND');
        const { id: releaseId, artifactSha256 } = release;
        const seen = await checkSignature(officer(), { artifactSha256, kind: options.kind, body, cameWith: { releaseId } });
        const exitCode = seen.verdict === 'verified' ? EXIT.done : EXIT.failed;
        const covers = seen.covers === null || seen.covers === 'file' ? '' : ` It covers ${COVERS[seen.covers]}.`;
        return { json: seen, text: `${seen.verdict}: ${seen.reason}${seen.signer ? ` Signed by ${seen.signer}.` : ''}${covers}`, exitCode };
      }),
    );

  trust
    .command('key-set')
    .description('print the key set of now, for a release key to sign')
    .action(
      act(async () => {
        await connect();
        const document = await keySetToSign(officer());
        return { json: JSON.parse(document), text: document.trimEnd() };
      }),
    );

  trust
    .command('rotate <document>')
    .description('send a signed key set to the gateways that pin an older one')
    .requiredOption('--signature <file>', 'made by a key that they pin now')
    .addOption(signatureKind())
    .action(
      act(async (document: string, options: Signed) => {
        const signed = await readSigned(document, options);
        await connect();
        const done = await rotatePins(officer(), { document: signed });
        return {
          json: done,
          text: `Key set ${done.version} is on its way to ${done.gateways} gateways.${done.strangers > 0 ? ` ${done.strangers} of them do not pin the key that signed it and will refuse it.` : ''}`,
        };
      }),
    );
}

function officer(): Actor {
  return { ...consoleActor(), grants: [{ role: 'key_officer', siteId: null }] };
}
