/** The people of the demo, and the passwords, PINs and tokens that demo.json tells. */
import type { Role } from '#/domain/access/roles';
import type { DemoInfo } from '#/protocol/demo/demo-info';
import type { Actor } from '#/server/access/actor';
import { hashPassword } from '#/server/access/passwords';
import { hashPin } from '#/server/access/pin-hash';
import { FRESH_PIN } from '#/server/access/set-pin';
import { generateToken } from '#/server/access/token-secret';
import { typablePassword } from '#/server/access/typable-password';
import { recordAudit } from '#/server/audit/record-audit';
import type { Db, Tx } from '#/server/db/client';

export type DemoPerson = {
  email: string;
  name: string;
  role: Role;
  /** Null: every site. */
  siteCode: string | null;
  pin: string | null;
};

const DOMAIN = 'fairlead.example';

export const DEMO_PEOPLE: readonly DemoPerson[] = [
  { email: `viewer@${DOMAIN}`, name: 'Vera Viewer', role: 'viewer', siteCode: null, pin: null },
  { email: `operator@${DOMAIN}`, name: 'Otto Operator', role: 'operator', siteCode: null, pin: null },
  { email: `supervisor@${DOMAIN}`, name: 'Sofia Supervisor', role: 'supervisor', siteCode: null, pin: '7392' },
  { email: `admin@${DOMAIN}`, name: 'Ada Admin', role: 'admin', siteCode: null, pin: '4816' },
  { email: `auditor@${DOMAIN}`, name: 'Aldo Auditor', role: 'auditor', siteCode: null, pin: null },
  { email: `safety@${DOMAIN}`, name: 'Sven Safety', role: 'safety_engineer', siteCode: null, pin: null },
  { email: `supervisor.two@${DOMAIN}`, name: 'Samira Second', role: 'supervisor', siteCode: null, pin: '5208' },
  { email: `releases@${DOMAIN}`, name: 'Rune Releases', role: 'release_manager', siteCode: null, pin: null },
  { email: `keys@${DOMAIN}`, name: 'Kim Keys', role: 'key_officer', siteCode: null, pin: null },
  { email: `operator.rtm@${DOMAIN}`, name: 'Ria Rotterdam', role: 'operator', siteCode: 'RTM', pin: null },
];

/** Not in the first version of the demo: a database without them may be the demo all the same. */
export const LATER_PEOPLE: ReadonlySet<string> = new Set([
  `safety@${DOMAIN}`,
  `supervisor.two@${DOMAIN}`,
  `releases@${DOMAIN}`,
  `keys@${DOMAIN}`,
]);

/** Whose token `gateway_token` is. */
const GATEWAY_TOKEN_EMAIL = `supervisor@${DOMAIN}`;
const TOKEN_NAME = 'demo.json';
const GATEWAY_TOKEN_NAME = 'demo.json, one gateway';
const TOKEN_DAYS = 365;

/**
 * Gives every demo person a new password and new tokens, and voids the earlier ones: nobody can read them again once
 * demo.json is lost. Whether an account is disabled stays as it is.
 */
export async function renewCredentials(db: Db, actor: Actor, gatewayId: string): Promise<Pick<DemoInfo, 'users' | 'gateway_token'>> {
  const made = await Promise.all(
    DEMO_PEOPLE.map(async (person) => {
      const password = typablePassword();
      const pin = person.pin === null ? {} : { pinHash: await hashPin(person.pin), pinSetAt: new Date(), ...FRESH_PIN };
      const hashes = { passwordHash: await hashPassword(password), ...pin };
      return { person, password, hashes };
    }),
  );
  return db.$transaction(
    async (tx) => {
      const users: DemoInfo['users'] = [];
      let gatewayToken = '';
      for (const { person, password, hashes } of made) {
        const { id } = await tx.user.update({
          where: { email: person.email },
          data: { ...hashes, sessionEpoch: { increment: 1 }, failedSignIns: 0, lockedUntil: null },
          select: { id: true },
        });
        await recordAudit(tx, actor, { name: 'user.changed', objectType: 'user', objectId: id, data: { fields: ['password', 'pin'] } });
        await tx.apiToken.updateMany({
          where: { userId: id, name: { in: [TOKEN_NAME, GATEWAY_TOKEN_NAME] }, revokedAt: null },
          data: { revokedAt: new Date() },
        });
        const token = await addToken(tx, actor, id, TOKEN_NAME, null);
        if (person.email === GATEWAY_TOKEN_EMAIL) gatewayToken = await addToken(tx, actor, id, GATEWAY_TOKEN_NAME, gatewayId);
        users.push({ email: person.email, password, role: person.role, pin: person.pin, token });
      }
      return { users, gateway_token: { token: gatewayToken, gateway_id: gatewayId } };
    },
    { timeout: 30_000 },
  );
}

async function addToken(tx: Tx, actor: Actor, userId: string, name: string, gatewayId: string | null): Promise<string> {
  const { token, tokenHash, prefix } = generateToken();
  const expiresAt = new Date(Date.now() + TOKEN_DAYS * 86_400_000);
  const { id } = await tx.apiToken.create({ data: { userId, name, prefix, tokenHash, gatewayId, expiresAt }, select: { id: true } });
  await recordAudit(tx, actor, { name: 'token.created', objectType: 'token', objectId: id, data: { name, prefix, gatewayId } });
  return token;
}
