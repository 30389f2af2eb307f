/** `fairlead downgrade …`: permissions to go below the rollback floor of gateways to a release. */
import type { Command } from 'commander';
import { LONGEST_PERMIT_DAYS } from '#/domain/releases/permit-life';
import { getDb } from '#/server/db/client';
import { addPermit, endPermit } from '#/server/trust/change-permits';
import { listDowngrades } from '#/server/trust/list-permits';
import { permitToSign } from '#/server/trust/permit-text';
import { connect, consoleActor } from '../connect';
import { CliError, EXIT } from '../exit-codes';
import { type Act, shortTime, table } from '../output';
import { readSigned, type Signed, signatureKind } from '../signed-file';
import { wholeNumber } from '../whole-number';

type Asked = { from: string; gateway?: string; days: number };
const DAY_MS = 86_400_000;

export function registerDowngrade(program: Command, act: Act): void {
  const downgrade = program.command('downgrade').description('permissions to go below a rollback floor: text, allow, list, end');

  downgrade
    .command('text <version>')
    .description('print the text that a downgrade key has to sign, byte for byte')
    .requiredOption('--from <version>', 'what the gateways run now')
    .option('--gateway <name>', 'the only one that it is for; without it, every gateway')
    .option('--days <number>', 'how long it holds', wholeNumber(1, LONGEST_PERMIT_DAYS), 1)
    .action(
      act(async (version: string, { from, gateway, days }: Asked) => {
        await connect();
        const { id: releaseId } = await releaseOf(version);
        const expiresAt = new Date(Date.now() + days * DAY_MS);
        const { text, keys } = await permitToSign(consoleActor(), { releaseId, gateway: gateway ?? null, fromVersion: from, expiresAt });
        return { json: { text, keys }, text };
      }),
    );

  downgrade
    .command('allow <version> <document>')
    .description('bring the signed text: the downgrade may be ordered from now on')
    .requiredOption('--signature <file>', 'made by a key whose purpose is downgrades')
    .addOption(signatureKind())
    .action(
      act(async (version: string, document: string, options: Signed) => {
        const signed = await readSigned(document, options);
        await connect();
        const { id: releaseId } = await releaseOf(version);
        const { permitId, signer } = await addPermit(consoleActor(), { releaseId, document: signed });
        return {
          json: { permit_id: permitId, signer },
          text: `Permitted as ${permitId}${signer === null ? '' : `, signed by ${signer}`}.`,
        };
      }),
    );

  downgrade
    .command('list <version>')
    .description('who may go below the floor to this release, and how many gateways would refuse it')
    .action(
      act(async (version: string) => {
        await connect();
        const { permits, refusedBy } = await listDowngrades(consoleActor(), await releaseOf(version));
        const rows = permits.map((one) => [
          one.id,
          one.fromVersion,
          one.gateway?.name ?? 'every gateway',
          shortTime(one.expiresAt),
          one.ended === null ? (one.expiresAt.getTime() > Date.now() ? 'holds' : 'expired') : `ended: ${one.ended.reason}`,
        ]);
        const refusals = refusedBy.map((one) => `${one.gateways} gateways refuse it without one: their floor is ${one.floorVersion}.`);
        const shown = table(['Permission', 'From', 'Gateway', 'Until', 'State'], rows, `No downgrade to ${version} was ever permitted.`);
        return { json: { permits, refused_by: refusedBy }, text: [shown, ...refusals].join('\n') };
      }),
    );

  downgrade
    .command('end <permission>')
    .description('take one back; jobs that have not begun to write are cancelled')
    .requiredOption('--reason <text>', 'why; everybody who looks at the release sees it')
    .action(
      act(async (permitId: string, { reason }: { reason: string }) => {
        await connect();
        const { jobsCancelled } = await endPermit(consoleActor(), { permitId, reason });
        return { json: { ended: true, jobs_cancelled: jobsCancelled }, text: `It is taken back: ${jobsCancelled} jobs cancelled.` };
      }),
    );
}

async function releaseOf(version: string): Promise<{ id: string; version: string }> {
  const release = await getDb().release.findUnique({ where: { version }, select: { id: true, version: true } });
  if (!release) throw new CliError(EXIT.failed, `There is no release ${version}.`, 'NOT_FOUND');
  return release;
}
