/** `fairlead passwords`: Mosquitto's password_file, every enrolled gateway and the controller. */
import type { Command } from 'commander';
import { mosquittoPasswords } from '#/server/enrolment/mosquitto-passwords';
import { connect } from '../connect';
import type { Act } from '../output';

export function registerPasswords(program: Command, act: Act): void {
  program
    .command('passwords')
    .description("print Mosquitto's password_file; write it again after each enrolment")
    .action(
      act(async () => {
        await connect();
        const lines = await mosquittoPasswords();
        return { json: { passwords: lines }, text: lines.join('\n') };
      }),
    );
}
