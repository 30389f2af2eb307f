/** `fairlead enroll <gateway>`: a one-time token, by which a device becomes that gateway. */
import { type Command, Option } from 'commander';
import { CRANE_KINDS, type CraneKind } from '#/domain/sites/crane-kinds';
import { issueEnrolmentToken } from '#/server/enrolment/issue-token';
import { createGateway } from '#/server/gateways/create-gateway';
import { connect, consoleActor } from '../connect';
import { CliError, EXIT } from '../exit-codes';
import { gatewayByName } from '../gateway-by-name';
import { type Act, shortTime } from '../output';
import { wholeNumber } from '../whole-number';

type EnrollOptions = {
  create?: boolean;
  site?: string;
  crane?: string;
  kind?: CraneKind;
  block?: string;
  serial?: string;
  model?: string;
  hardware?: string;
  hours: number;
};

export function registerEnroll(program: Command, act: Act): void {
  program
    .command('enroll <gateway>')
    .description('issue a one-time enrolment token; earlier unused ones of the gateway become void')
    .option('--hours <number>', 'hours for which it is valid', wholeNumber(1, 87_600), 24)
    .option('--create', 'create the gateway first')
    .option('--site <code>', 'with --create: code of its site')
    .option('--crane <name>', 'with --create: its crane')
    .addOption(new Option('--kind <kind>', 'with --create: kind of a crane that is new').choices(CRANE_KINDS))
    .option('--block <name>', 'with --create: Quay or the yard block of a crane that is new')
    .option('--serial <number>', 'with --create: serial number that the device will say')
    .option('--model <name>', 'with --create')
    .option('--hardware <revision>', 'with --create')
    .action(
      act(async (name: string, options: EnrollOptions) => {
        const { site, crane, serial } = options;
        if (options.create && (!site || !crane || !serial)) {
          throw new CliError(EXIT.usage, '--create needs --site, --crane and --serial.', 'USAGE');
        }
        await connect();
        if (options.create && site && crane && serial) {
          await createGateway(consoleActor(), {
            name,
            siteCode: site,
            crane,
            craneKind: options.kind ?? null,
            block: options.block ?? null,
            serialNumber: serial,
            model: options.model,
            hardwareRevision: options.hardware,
          });
        }
        const gateway = await gatewayByName(name);
        const { token, expiresAt } = await issueEnrolmentToken(consoleActor(), { gatewayId: gateway.id, ttlMs: options.hours * 3_600_000 });
        return {
          json: { gateway_id: gateway.id, gateway: gateway.name, token, expires_at: expiresAt },
          text: `Enrolment token of ${gateway.name}, valid once until ${shortTime(expiresAt)}:\n${token}`,
        };
      }),
    );
}
