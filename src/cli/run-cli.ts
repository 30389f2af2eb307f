/** One run of the `fairlead` command: parse, act, answer, exit code. */
import { Command, CommanderError } from 'commander';
import { closeDb } from '#/server/db/client';
import { registerAcl } from './commands/acl';
import { registerDoctor } from './commands/doctor';
import { registerDowngrade } from './commands/downgrade';
import { registerEnroll } from './commands/enroll';
import { registerPasswords } from './commands/passwords';
import { registerRelease } from './commands/release';
import { registerSeed } from './commands/seed';
import { registerSite } from './commands/site';
import { registerToken } from './commands/token';
import { registerTrust } from './commands/trust';
import { registerUser } from './commands/user';
import { EXIT } from './exit-codes';
import { explainError } from './explain-error';
import { type Act, type Terminal, writeAnswer, writeError } from './output';

/** Resolves with the exit code; never rejects. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = EXIT.done;
  // What commander says of an error is said once, by explainError; only a help text is passed on.
  let said = '';
  const program = new Command('fairlead')
    .description('Looks after a Fairlead installation from the machine it runs on.')
    .option('--json', 'answer with one JSON document')
    .helpCommand(true)
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => (said += text) });
  const asJson = (): boolean => args.includes('--json');
  const act: Act =
    (run) =>
    async (...given) => {
      const answer = await run(...given);
      writeAnswer(terminal, answer, asJson());
      exitCode = answer.exitCode ?? EXIT.done;
    };
  registerDoctor(program, act);
  registerUser(program, act, terminal);
  registerToken(program, act);
  registerSite(program, act);
  registerEnroll(program, act);
  registerRelease(program, act);
  registerTrust(program, act);
  registerDowngrade(program, act);
  registerSeed(program, act);
  registerAcl(program, act);
  registerPasswords(program, act);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    const explained = explainError(error);
    if (error instanceof CommanderError && error.code === 'commander.help') {
      terminal.err(said);
      exitCode = EXIT.usage;
    } else if (explained) {
      writeError(terminal, explained, asJson());
      exitCode = explained.exitCode;
    }
  } finally {
    await closeDb();
  }
  return exitCode;
}
