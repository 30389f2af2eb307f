/** Shared by all browser journeys: the people of the demo, signing in, and a failure for every error in the console. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type APIRequestContext, test as base, expect, type Locator, type Page } from '@playwright/test';

export type DemoUser = { email: string; password: string; role: string; pin?: string; token: string };
export type Demo = { url: string; mqtt_url: string; users: DemoUser[]; gateway_token: { token: string; gateway_id: string } };

/** What `npm start` wrote about the running stack. */
export function readDemo(home = process.env.FAIRLEAD_HOME ?? '.fairlead'): Demo {
  return JSON.parse(readFileSync(path.join(home, 'demo.json'), 'utf8')) as Demo;
}

/** The demo's person with a role. */
export function demoUser(role: string): DemoUser {
  const user = readDemo().users.find((candidate) => candidate.role === role);
  if (!user) throw new Error(`The demo has nobody with the role ${role}`);
  return user;
}

/** Signs in without the form: the journey about the form is sign-in.spec.ts. */
export async function signInAs(page: Page, role: string): Promise<void> {
  await signIn(page.request, '', demoUser(role));
}

/** Waits until a page that was loaded takes keys and clicks: what comes before that is lost. */
export async function untilLive(page: Page): Promise<void> {
  await expect(page.getByText('Live', { exact: true })).toBeAttached();
}

/** Opens a page and waits until it takes keys and clicks. */
export async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await untilLive(page);
}

/** Loads a page anew and waits until it takes keys and clicks. */
export async function reload(page: Page): Promise<void> {
  await page.reload();
  await untilLive(page);
}

/** Presses a key on a control that can be used: by itself a press does not wait for that, and one on a disabled button is lost. */
export async function press(control: Locator, key = 'Enter'): Promise<void> {
  await expect(control).toBeEnabled();
  await control.press(key);
}

async function signIn(api: APIRequestContext, url: string, { email, password }: DemoUser): Promise<void> {
  const csrf = (await (await api.get(`${url}/api/auth/csrf`)).json()) as { csrfToken: string };
  const form = { email, password, csrfToken: csrf.csrfToken, json: 'true' };
  const answer = await api.post(`${url}/api/auth/callback/credentials`, { form });
  expect(answer.ok(), `sign-in of ${email}`).toBe(true);
}

/** How many gateways of a demo are connected. */
export async function onlineGateways(api: APIRequestContext, demo: Demo): Promise<number> {
  const viewer = demo.users.find((user) => user.role === 'viewer');
  if (!viewer) throw new Error('The demo has no viewer');
  await signIn(api, demo.url, viewer);
  const input = encodeURIComponent(JSON.stringify({ json: {} }));
  const answer = await api.get(`${demo.url}/api/trpc/fleet.summary?input=${input}`);
  const summary = (await answer.json()) as { result: { data: { json: { sites: { online: number }[] } } } };
  return summary.result.data.json.sites.reduce((sum, site) => sum + site.online, 0);
}

/** An API token of the signed-in person that is bound to one gateway. */
export async function createGatewayToken(page: Page, gatewayName: string): Promise<string> {
  const found = await page.request.get(
    `/api/trpc/gateways.search?input=${encodeURIComponent(JSON.stringify({ json: { text: gatewayName } }))}`,
  );
  const gateways = ((await found.json()) as { result: { data: { json: { id: string; name: string }[] } } }).result.data.json;
  const gatewayId = gateways.find(({ name }) => name === gatewayName)?.id;
  expect(gatewayId, `gateway ${gatewayName}`).toBeDefined();
  const made = await page.request.post('/api/trpc/account.createToken', {
    headers: { 'sec-fetch-site': 'same-origin' },
    data: { json: { name: `e2e ${gatewayName}`, gatewayId } },
  });
  expect(made.ok(), await made.text()).toBe(true);
  return ((await made.json()) as { result: { data: { json: { token: string } } } }).result.data.json.token;
}

const PREFIX = '/v1/cloud-integration';

/** Puts a gateway's daily maintenance window hours away from now, so that it is closed whatever the hour a journey runs at. */
export async function closeWindowOf(api: APIRequestContext, gateway: string): Promise<void> {
  const time = new Date(Date.now() + 6 * 3_600_000).toISOString().slice(11, 16);
  const answer = await api.post(`${PREFIX}/settings/update`, {
    headers: { authorization: `Bearer ${demoUser('supervisor').token}` },
    data: { gateway_id: gateway, maintenance_window: { enabled: true, schedule: 'daily', time, duration: 3600, timezone: 'UTC' } },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
}

type Fixtures = {
  /** Console errors that this journey provokes on purpose. */
  allowedErrors: RegExp[];
  /** Fails the test at its end when the console has shown an error. */
  consoleGuard: undefined;
};

export const test = base.extend<Fixtures>({
  allowedErrors: [[], { option: true }],
  consoleGuard: [
    async ({ page, allowedErrors }, use) => {
      const errors: string[] = [];
      const note = (text: string) => {
        if (!allowedErrors.some((pattern) => pattern.test(text))) errors.push(text);
      };
      page.on('console', (message) => {
        if (message.type() === 'error') note(`${message.text()} (${message.location().url})`);
      });
      page.on('pageerror', (error) => note(error.message));
      await use(undefined);
      expect(errors, 'errors in the browser console').toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
