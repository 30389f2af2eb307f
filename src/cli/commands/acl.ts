/** `fairlead acl`: the topic rules as Mosquitto's acl_file. */
import type { Command } from 'commander';
import { toMosquittoAcl } from '#/server/enrolment/topic-acl';
import type { Act } from '../output';

export function registerAcl(program: Command, act: Act): void {
  program
    .command('acl')
    .description("print Mosquitto's acl_file")
    .action(
      act(async () => {
        const acl = toMosquittoAcl(process.env.MQTT_USERNAME || undefined);
        return { json: { acl }, text: acl };
      }),
    );
}
