/** `fairlead site …`: the places that cranes stand at. */
import type { Command } from 'commander';
import { createSite } from '#/server/sites/create-site';
import { listSites } from '#/server/sites/list-sites';
import { connect, consoleActor } from '../connect';
import { type Act, table } from '../output';

export function registerSite(program: Command, act: Act): void {
  const site = program.command('site').description('sites: add, list');

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
}
