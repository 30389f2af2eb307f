/** `fairlead site …`: the places that cranes stand at. */
import { type Command, InvalidArgumentError } from 'commander';
import { createSite } from '#/server/sites/create-site';
import { limitDownloads } from '#/server/sites/limit-downloads';
import { listSites } from '#/server/sites/list-sites';
import { connect, consoleActor } from '../connect';
import { type Act, table } from '../output';

export function registerSite(program: Command, act: Act): void {
  const site = program.command('site').description('sites: add, list, limit downloads');

  site
    .command('add <code>')
    .description('create a site; its code begins the names of its gateways, such as RTM')
    .requiredOption('--name <name>', 'name, such as Rotterdam')
    .requiredOption('--timezone <zone>', 'IANA time zone, such as Europe/Amsterdam')
    .action(
      act(async (code: string, options: { name: string; timezone: string }) => {
        await connect();
        const { siteId } = await createSite(consoleActor(), { code, ...options });
        return { json: { site_id: siteId, code }, text: `Created the site ${code}.` };
      }),
    );

  site
    .command('list')
    .description('all sites')
    .action(
      act(async () => {
        await connect();
        const sites = await listSites(consoleActor());
        return {
          json: { sites: sites.map(({ id, ...rest }) => ({ site_id: id, ...rest })) },
          text: table(
            ['Code', 'Name', 'Time zone'],
            sites.map((one) => [one.code, one.name, one.timezone]),
            'There are no sites yet. Add one with: fairlead site add <code> --name <name> --timezone <zone>',
          ),
        };
      }),
    );

  site
    .command('limit <code>')
    .description('how fast its gateways together may download images; a limit of one gateway with --gateway')
    .requiredOption('--bytes-per-second <number>', 'or none', bytesPerSecond)
    .option('--gateway <name>', 'only this gateway of the site, beside the limit of the site')
    .action(
      act(async (code: string, options: { bytesPerSecond: number | 'none'; gateway?: string }) => {
        await connect();
        const limit = options.bytesPerSecond === 'none' ? null : options.bytesPerSecond;
        await limitDownloads(consoleActor(), { siteCode: code, gatewayName: options.gateway, bytesPerSecond: limit });
        const whose = options.gateway ?? `the site ${code}`;
        return {
          json: { site: code, gateway: options.gateway ?? null, bytes_per_second: limit },
          text: limit === null ? `Downloads of ${whose} have no limit.` : `Downloads of ${whose} get at most ${limit} bytes per second.`,
        };
      }),
    );
}

function bytesPerSecond(text: string): number | 'none' {
  if (text === 'none') return 'none';
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('must be a whole number, or none.');
}
