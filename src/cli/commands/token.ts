/** `fairlead token …`: API tokens of people. A token is shown once, when it is made. */
import { type Command, Option } from 'commander';
import { ROLES, type Role } from '#/domain/access/roles';
import { createTokenFor } from '#/server/access/create-token';
import { listTokensOf, type TokenSummary } from '#/server/access/list-tokens';
import { revokeAnyToken } from '#/server/access/revoke-token';
import { connect, consoleActor } from '../connect';
import { CliError, EXIT } from '../exit-codes';
import { gatewayByName } from '../gateway-by-name';
import { type Act, shortTime, table } from '../output';
import { wholeNumber } from '../whole-number';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type CreateOptions = { user: string; name: string; role?: Role; gateway?: string; days: number; unlimited?: boolean };

export function registerToken(program: Command, act: Act): void {
  const token = program.command('token').description('API tokens: create, list, revoke');

  token
    .command('create')
    .description('create a token; it is shown once')
    .requiredOption('--user <email>', 'whose token it is')
    .requiredOption('--name <name>', 'what it is for')
    .addOption(new Option('--role <role>', 'it may do no more than this role').choices(ROLES))
    .option('--gateway <name>', 'it reaches this gateway only')
    .option('--days <number>', 'days until it expires', wholeNumber(1, 3650), 90)
    .option('--unlimited', 'it does not expire')
    .action(
      act(async (options: CreateOptions) => {
        await connect();
        const gateway = options.gateway === undefined ? null : await gatewayByName(options.gateway);
        const created = await createTokenFor(consoleActor(), options.user, {
          name: options.name,
          role: options.role ?? null,
          gatewayId: gateway?.id ?? null,
          expiresInDays: options.unlimited ? null : options.days,
        });
        return { json: { token_id: created.tokenId, token: created.token, user: options.user }, text: created.token };
      }),
    );

  token
    .command('list')
    .description('tokens of a person, newest first')
    .requiredOption('--user <email>', 'whose tokens')
    .action(
      act(async (options: { user: string }) => {
        await connect();
        const tokens = await listTokensOf(consoleActor(), options.user);
        return {
          json: {
            tokens: tokens.map((one) => ({
              token_id: one.id,
              name: one.name,
              prefix: one.prefix,
              role: one.role,
              gateway: one.gatewayName,
              expires_at: one.expiresAt,
              last_used_at: one.lastUsedAt,
              revoked_at: one.revokedAt,
            })),
          },
          text: table(
            ['Id', 'Name', 'Begins', 'Gateway', 'Last used', 'State'],
            tokens.map((one) => [one.id, one.name, one.prefix, one.gatewayName ?? 'any', shortTime(one.lastUsedAt), stateOf(one)]),
            `${options.user} has no tokens.`,
          ),
        };
      }),
    );

  token
    .command('revoke <id>')
    .description('revoke a token at once')
    .action(
      act(async (id: string) => {
        if (!UUID.test(id)) throw new CliError(EXIT.usage, `${id} is no token id: fairlead token list shows them.`, 'USAGE');
        await connect();
        await revokeAnyToken(consoleActor(), id);
        return { json: { token_id: id, revoked: true }, text: `The token ${id} is revoked.` };
      }),
    );
}

function stateOf(token: TokenSummary): string {
  if (token.revokedAt) return 'revoked';
  if (token.expiresAt === null) return 'does not expire';
  return token.expiresAt.getTime() <= Date.now() ? 'expired' : `until ${shortTime(token.expiresAt)}`;
}
