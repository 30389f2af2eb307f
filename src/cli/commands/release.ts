/** `fairlead release …`: what gateways can be updated to. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { RELEASE_SEVERITIES, RELEASE_TYPES } from '#/domain/releases/release-words';
import { CHANNELS } from '#/domain/settings/gateway-settings';
import { DomainError } from '#/domain/errors/domain-error';
import { listReleases } from '#/server/releases/list-releases';
import { type PublishRelease, publishRelease, publishReleaseSchema } from '#/server/releases/publish-release';
import { publishDraft } from '#/server/releases/publish-draft';
import { withdrawRelease } from '#/server/releases/withdraw-release';
import { connect, consoleActor, reasonOf } from '../connect';
import { CliError, EXIT } from '../exit-codes';
import { type Act, shortTime, table } from '../output';

type AddOptions = Omit<PublishRelease, 'prerequisites'> & { prerequisite?: string[] };

export function registerRelease(program: Command, act: Act): void {
  const release = program.command('release').description('releases: add, list, publish, withdraw');

  release
    .command('add <file>')
    .description('put an image into the artifact store and offer it to gateways')
    .requiredOption('--version <version>', 'such as v5.0.5 or v5.1.0-rc.1')
    .addOption(new Option('--channel <channel>', 'who is offered it').choices(CHANNELS).makeOptionMandatory())
    .addOption(new Option('--type <type>', 'what it is').choices(RELEASE_TYPES).makeOptionMandatory())
    .addOption(new Option('--severity <severity>', 'how urgent it is').choices(RELEASE_SEVERITIES).makeOptionMandatory())
    .requiredOption('--description <text>', 'one sentence')
    .option('--changelog <line...>', 'what has changed, one line each')
    .option('--hardware <revision...>', 'hardware that it fits; without it, every revision')
    .option('--prerequisite <version...>', 'what a gateway must run: v5.0.0, or v5.0.0+ for it and newer')
    .action(
      act(async (file: string, { prerequisite, ...options }: AddOptions) => {
        const input = publishReleaseSchema.parse({ ...options, prerequisites: prerequisite });
        await requireFile(file);
        await connect();
        const made = await publishRelease(consoleActor(), input, createReadStream(file, { highWaterMark: 1_048_576 }));
        return {
          json: { update_id: made.releaseId, version: made.version, sha256: made.sha256, size_bytes: made.sizeBytes },
          text: `Published ${made.version} on ${input.channel}: ${made.sizeBytes} bytes, SHA-256 ${made.sha256}.`,
        };
      }),
    );

  release
    .command('list')
    .description('all releases, newest version first')
    .action(
      act(async () => {
        await connect();
        const releases = await listReleases(consoleActor());
        return {
          json: {
            releases: releases.map((one) => ({
              update_id: one.id,
              version: one.version,
              channel: one.channel,
              type: one.type,
              severity: one.severity,
              state: one.state,
              signature: one.signature,
              hardware: one.hardware,
              prerequisites: one.prerequisites,
              sha256: one.artifactSha256,
              size_bytes: one.sizeBytes,
              released_at: one.releasedAt,
            })),
          },
          text: table(
            ['Version', 'Channel', 'Type', 'Severity', 'State', 'Hardware', 'Bytes', 'Released'],
            releases.map((one) => [
              ...[one.version, one.channel, one.type, one.severity, one.state],
              ...[one.hardware.join(' ') || 'any', String(one.sizeBytes), shortTime(one.releasedAt)],
            ]),
            'There are no releases yet. Add one with: fairlead release add <file> --version <version> …',
          ),
        };
      }),
    );

  release
    .command('publish <version>')
    .description('offer a draft to the gateways of its channel; on stable a person does that who did not bring it')
    .option('--accept-warnings', 'publish it although there is something to be said against it', false)
    .action(
      act(async (version: string, { acceptWarnings }: { acceptWarnings: boolean }) => {
        await connect();
        const found = (await listReleases(consoleActor())).find((one) => one.version === version);
        if (!found) throw new DomainError('NOT_FOUND', `There is no release ${version.slice(0, 80)}.`);
        await publishDraft(consoleActor(), { releaseId: found.id, acceptWarnings });
        return {
          json: { update_id: found.id, version, published: true, channel: found.channel },
          text: `${version} is published on ${found.channel}.`,
        };
      }),
    );

  release
    .command('withdraw <version>')
    .description('offer it to nobody any more; jobs that have not begun to write it are cancelled')
    .option('--reason <text>', 'for the audit trail')
    .action(
      act(async (version: string, options: { reason?: string }) => {
        await connect();
        const changed = await withdrawRelease(consoleActor(), { version, ...options });
        return {
          json: { version, withdrawn: true, changed },
          text: changed ? `${version} is withdrawn.` : `${version} was withdrawn before.`,
        };
      }),
    );
}

/** Before anything is reached: a wrong path is wrong usage. */
async function requireFile(file: string): Promise<void> {
  const found = await stat(file).catch((error: unknown) => {
    throw new CliError(EXIT.usage, `The image cannot be read: ${reasonOf(error)}.`, 'USAGE');
  });
  if (!found.isFile()) throw new CliError(EXIT.usage, `${file} is no file.`, 'USAGE');
}
