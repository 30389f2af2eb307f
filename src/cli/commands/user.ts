/** `fairlead user …`: people, their roles and passwords. A password comes from standard input or is made; never from an argument. */
import { type Command, Option } from 'commander';
import { isRole, ROLES, type Role } from '#/domain/access/roles';
import { createUser, passwordSchema } from '#/server/access/create-user';
import { disableUser, enableUser } from '#/server/access/disable-user';
import { grantRole, revokeRole } from '#/server/access/grant-role';
import { listUsers } from '#/server/access/list-users';
import { allowPinRebind, disablePin } from '#/server/access/manage-pin';
import { setPassword } from '#/server/access/set-password';
import { typablePassword } from '#/server/access/typable-password';
import { connect, consoleActor } from '../connect';
import { CliError, EXIT } from '../exit-codes';
import { type Act, type Answer, shortTime, table, type Terminal } from '../output';

type PasswordOptions = { passwordStdin?: boolean };

export function registerUser(program: Command, act: Act, terminal: Terminal): void {
  const user = program.command('user').description('people: add, list, disable, enable, set-password, grant, revoke, pin');

  user
    .command('add <email>')
    .description('create a person; prints a password that it makes, unless one is given')
    .requiredOption('--name <name>', 'name as others read it')
    .addOption(new Option('--role <role>', 'first role').choices(ROLES))
    .option('--site <code>', 'role at this site only')
    .option('--password-stdin', 'take the password from standard input')
    .action(
      act(async (email: string, options: { name: string; role?: Role; site?: string } & PasswordOptions) => {
        const { password, isMade } = await choosePassword(options, terminal);
        await connect();
        const created = await createUser(consoleActor(), {
          email,
          name: options.name,
          password,
          role: options.role ?? null,
          siteCode: options.site ?? null,
        });
        return {
          json: { user_id: created.userId, email: created.email, ...(isMade ? { password } : {}) },
          text: isMade ? `Created ${created.email}. Password: ${password}` : `Created ${created.email}.`,
        };
      }),
    );

  user.command('list').description('everyone with roles').action(act(list));

  user
    .command('disable <email>')
    .description('shut a person out: sessions and tokens end at once')
    .action(act(async (email: string) => change(email, 'disabled', () => disableUser(consoleActor(), email))));

  user
    .command('enable <email>')
    .description('let a disabled person in again')
    .action(act(async (email: string) => change(email, 'enabled', () => enableUser(consoleActor(), email))));

  user
    .command('set-password <email>')
    .description('give a new password and end all sessions; prints one that it makes, unless one is given')
    .option('--password-stdin', 'take the password from standard input')
    .action(
      act(async (email: string, options: PasswordOptions) => {
        const { password, isMade } = await choosePassword(options, terminal);
        await connect();
        await setPassword(consoleActor(), email, password);
        return {
          json: { email, ...(isMade ? { password } : {}) },
          text: isMade ? `New password of ${email}: ${password}` : `The password of ${email} is changed.`,
        };
      }),
    );

  user
    .command('grant <email> <role>')
    .description(`give a role (${ROLES.join(', ')})`)
    .option('--site <code>', 'at this site only')
    .action(act(async (email: string, role: string, options: { site?: string }) => roleChange('granted', email, role, options.site)));

  user
    .command('revoke <email> <role>')
    .description('take a role away')
    .option('--site <code>', 'the one at this site')
    .action(act(async (email: string, role: string, options: { site?: string }) => roleChange('revoked', email, role, options.site)));

  registerPin(user, act);
}

/** Nobody but the person ever chooses or learns a PIN: here it is only put out of use, or a new one allowed. */
function registerPin(user: Command, act: Act): void {
  const pin = user.command('pin').description('the PIN that a person approves with: disable, unlock');

  pin
    .command('disable <email>')
    .description('put a PIN out of use at once')
    .action(
      act(async (email: string) => {
        await connect();
        await disablePin(consoleActor(), email);
        return { json: { email, pin_disabled: true }, text: `The PIN of ${email} is out of use.` };
      }),
    );

  pin
    .command('unlock <email>')
    .description('let the person set a new PIN within a day, with the password; the old one is void')
    .action(
      act(async (email: string) => {
        await connect();
        const { until } = await allowPinRebind(consoleActor(), email);
        return {
          json: { email, rebind_until: until },
          text: `${email} may set a new PIN on the account page until ${shortTime(until)}. The old one is void.`,
        };
      }),
    );
}

async function list(): Promise<Answer> {
  await connect();
  const users = await listUsers(consoleActor());
  const roles = (user: (typeof users)[number]): string =>
    user.roles.map(({ role, siteCode }) => (siteCode ? `${role}@${siteCode}` : role)).join(' ');
  return {
    json: {
      users: users.map((user) => ({
        user_id: user.id,
        email: user.email,
        name: user.name,
        roles: user.roles.map(({ role, siteCode }) => ({ role, site: siteCode })),
        disabled_at: user.disabledAt,
        last_sign_in_at: user.lastSignInAt,
      })),
    },
    text: table(
      ['E-mail', 'Name', 'Roles', 'Last sign-in', 'State'],
      users.map((user) => [user.email, user.name, roles(user), shortTime(user.lastSignInAt), user.disabledAt ? 'disabled' : 'enabled']),
      'There is nobody yet. Add someone with: fairlead user add <email> --name <name> --role admin',
    ),
  };
}

async function change(email: string, what: 'disabled' | 'enabled', run: () => Promise<boolean>): Promise<Answer> {
  await connect();
  const changed = await run();
  return { json: { email, [what]: true, changed }, text: changed ? `${email} is ${what}.` : `${email} was ${what} already.` };
}

async function roleChange(what: 'granted' | 'revoked', email: string, roleText: string, site: string | undefined): Promise<Answer> {
  if (!isRole(roleText)) throw new CliError(EXIT.usage, `There is no role ${roleText}: use one of ${ROLES.join(', ')}.`, 'USAGE');
  const role = roleText;
  await connect();
  const run = what === 'granted' ? grantRole : revokeRole;
  const changed = await run(consoleActor(), { email, role, siteCode: site ?? null });
  const where = site ? `at ${site}` : 'at every site';
  const before = what === 'granted' ? 'had this role already' : 'did not have this role';
  return {
    json: { email, role, site: site ?? null, [what]: true, changed },
    text: changed ? `${email}: ${role} ${where} is ${what}.` : `${email} ${before} ${where}.`,
  };
}

async function choosePassword(options: PasswordOptions, terminal: Terminal): Promise<{ password: string; isMade: boolean }> {
  if (!options.passwordStdin) return { password: typablePassword(), isMade: true };
  // A line as `echo` and password managers send it; the newline is not part of it.
  const password = passwordSchema.parse((await terminal.readInput()).replace(/\r?\n$/, ''));
  return { password, isMade: false };
}
