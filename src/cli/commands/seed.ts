/** `fairlead seed …`: the demo, or ten thousand gateways to measure with. */
import type { Command } from 'commander';
import { getEnv } from '#/server/config/env';
import { seedDemo } from '../../../prisma/seed/demo';
import { demoInfoFile } from '../../../prisma/seed/demo-fleet/home-files';
import { seedStress } from '../../../prisma/seed/stress';
import { connect } from '../connect';
import { CliError, EXIT } from '../exit-codes';
import type { Act } from '../output';
import { wholeNumber } from '../whole-number';

export function registerSeed(program: Command, act: Act): void {
  const seed = program.command('seed').description('fill a database: demo, stress');

  seed
    .command('demo')
    .description('three sites of cranes, people, releases and history, in a database without sites')
    .action(
      act(async () => {
        const { home, embedded } = await connect();
        const env = getEnv();
        const publicUrl = process.env.PUBLIC_URL ?? embedded?.url ?? env.PUBLIC_URL;
        const mqttUrl = process.env.PUBLIC_MQTT_URL ?? embedded?.mqtt_url ?? env.PUBLIC_MQTT_URL;
        const info = await seedDemo({ home, publicUrl, mqttUrl });
        if (info === null) {
          throw new CliError(
            EXIT.failed,
            'The database holds a fleet that is not the demo: nothing was changed. Use an empty database.',
            'CONFLICT',
          );
        }
        const people = info.users.map((user) => ({ email: user.email, role: user.role }));
        return {
          json: { demo_file: demoInfoFile(home), users: people },
          text: `The demo is there. Sign-ins and tokens are in ${demoInfoFile(home)}.`,
        };
      }),
    );

  seed
    .command('stress')
    .description('20 sites with 10,000 gateways and 60,000 jobs, for measurements; not for production')
    .option('--gateways <number>', 'how many', wholeNumber(20, 100_000), 10_000)
    .action(
      act(async (options: { gateways: number }) => {
        await connect();
        const made = await seedStress({ gateways: options.gateways });
        if (made === null) throw new CliError(EXIT.failed, 'The stress fleet is there already: nothing was changed.', 'CONFLICT');
        return {
          json: made,
          text: `${made.gateways} gateways at ${made.sites} sites, ${made.jobs} jobs, in ${(made.ms / 1000).toFixed(1)} s.`,
        };
      }),
    );
}
