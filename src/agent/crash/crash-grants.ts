/** Grants in the crash tests: given whenever one is missing, signed for the boot that asks, and watched: nothing is done without a used one. */
import type { OperationClass } from '#/domain/safety/policy';
import type { CommandBody } from '#/protocol/mqtt/commands';
import type { DurableEvent } from '#/protocol/mqtt/events';
import { type GrantOffice, placeOf, UPS_GRANT } from '../testing/grant-office';
import type { SimGateway, SimPlant } from '../testing/sim-gateway';
import type { SimCommand, SimServer } from '../testing/sim-server';

const OPERATION = { write: 'O2', switch: 'O3', restart: 'O3' } as const;

/** A restore, as a reset, is of one class from its first step to its last. */
const isRecovery = (server: SimServer): boolean => server.commands.some(({ body }) => body.name === 'recovery.start');

/** So many offers: each comes when the job waits for a grant and none is in force. */
export function grantCommands(count: number): SimCommand[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `grant-${index}`,
    seq: 10 + index,
    // What it says is completed when it is sent (grantsOf).
    body: { name: 'grant.offer', grant: `grant-${index}` },
    when: (server) => operationWanted(server) !== null && ![...server.grantStates().values()].includes('accepted'),
  }));
}

function operationWanted(server: SimServer): OperationClass | null {
  const { state, heldState } = server.position;
  if (state === 'resetting' && isRestartHeld(server)) return 'O4';
  if (state !== 'waiting') return null;
  if (isRecovery(server)) return 'O4';
  return heldState === 'written' ? 'O3' : heldState === 'verifying' || heldState === 'writing' ? 'O2' : null;
}

/** A reset that a power cut stopped has lost its grant with the boot: the restart at its end waits, and says so. */
function isRestartHeld(server: SimServer): boolean {
  const held = ({ body }: DurableEvent) =>
    body.type === 'log' && body.entries.some(({ message }) => message.startsWith('the restart waits'));
  const last = [...server.events.values()].findLast(
    (event) => (event.body.type === 'grant' && event.body.state !== 'refused') || held(event),
  );
  return last?.body.type === 'log';
}

export function grantsOf(office: GrantOffice): Pick<SimPlant, 'grantKeys' | 'prepare' | 'beforeAct'> {
  return {
    grantKeys: office.keys,
    async prepare(body: CommandBody, gateway: SimGateway) {
      if (body.name !== 'grant.offer') return body;
      const { clock, server } = gateway.plant;
      const order = { ...UPS_GRANT, op: operationWanted(server) ?? 'O2', jti: body.grant };
      return { name: 'grant.offer', grant: await office.sign(placeOf(gateway), clock.nowMs(), order) };
    },
    beforeAct(act, gateway) {
      // What began in the boot before is ended under what began it.
      if (act === 'keep') return;
      const { records } = gateway.journal.read().grants;
      const { bootId } = gateway.slots;
      const wanted = isRecovery(gateway.plant.server) ? 'O4' : OPERATION[act];
      const fit = records.filter((one) => one.state === 'used' && one.use?.operation === wanted && one.claims?.boot_id === bootId);
      if (fit.length !== 1) gateway.plant.server.lies.push(`${act} with ${fit.length} used grants of this boot`);
    },
  };
}
