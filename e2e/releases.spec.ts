/** A release from the file to its end: sent in parts, judged, drafted, published, promoted by another person, withdrawn. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { createMessage, generateKey, sign } from 'openpgp';
import { encodeImageManifest } from '../src/domain/releases/image-manifest';
import { expectNoAxeFindings } from './axe';
import { expect, open, press, signInAs, test, untilLive } from './fixtures';

/** Names a hardware revision that no gateway has: nobody is offered it. */
const HARDWARE = 'E2E-1';
const VERSION = `v7.0.0-e2e.${Date.now()}`;
const IMAGE_BYTES = 24_000_000;
/** Slow enough to be stopped half way by a browser that is slow itself: it takes twenty seconds. */
const UPLOAD_BYTES_PER_SECOND = 1_200_000;
/** Runs on one gateway of the demo, which no journey updates. */
const OLD = { version: 'v4.8.6', gateway: 'SAV-Y-B03-RTG11-GW1' };
const PACKAGE = `libe2e-${Date.now()}`;

test.describe.configure({ mode: 'serial' });
let folder = '';
let address = '';

test.beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fairlead-release-'));
  const manifest = encodeImageManifest({
    version: VERSION,
    build_id: 'e2e-1',
    kernel: '6.6.63',
    os_version: 'Gateway OS',
    hardware: [HARDWARE],
  });
  await writeFile(path.join(folder, 'image.img'), Buffer.concat([manifest, Buffer.alloc(IMAGE_BYTES, 7)]));
});
test.afterAll(() => rm(folder, { recursive: true, force: true }));

async function throttleUploads(page: Page, uploadThroughput: number) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput });
}

const choose = (page: Page) => page.getByLabel('Image', { exact: true }).setInputFiles(path.join(folder, 'image.img'));
const pressSend = (page: Page) => press(page.getByRole('button', { name: 'Send', exact: true }));

/** Loads the page anew and chooses the file before any program of the page runs. */
async function chooseBeforeItWakes(page: Page) {
  let wake = () => {};
  const awake = new Promise<void>((resolve) => {
    wake = resolve;
  });
  await page.route('**/*.js', (route) => awake.then(() => route.continue()));
  await page.reload({ waitUntil: 'commit' });
  await choose(page);
  wake();
  await untilLive(page);
  await page.unroute('**/*.js');
}

async function setChannel(page: Page, channel: string) {
  await press(page.getByRole('button', { name: 'Edit …' }));
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Channel').selectOption(channel);
  await press(dialog.getByRole('button', { name: 'Save' }));
  await expect(dialog).toBeHidden();
}

const cycloneDx = (version: string) =>
  Buffer.from(
    JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, components: [{ type: 'library', name: PACKAGE, version }] }),
  );

async function addSbom(page: Page, version: string) {
  await page.getByLabel('CycloneDX file').setInputFiles({ name: 'bom.json', mimeType: 'application/json', buffer: cycloneDx(version) });
  await expect(page.getByRole('region', { name: 'Bill of materials' })).toContainText(/ 1 component,/);
}

test('an upload is paused, outlives a reload, and becomes a release', async ({ page }) => {
  await signInAs(page, 'release_manager');
  await open(page, '/');
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await expect(page.getByRole('heading', { level: 1, name: 'Releases' })).toBeVisible();
  await press(page.getByRole('link', { name: 'Upload an image' }));
  await expect(page.getByRole('heading', { level: 1, name: 'Upload an image' })).toBeVisible();

  await throttleUploads(page, UPLOAD_BYTES_PER_SECOND);
  await choose(page);
  await pressSend(page);
  const progress = page.getByRole('progressbar', { name: 'Progress of the upload' });
  await expect.poll(async () => Number(await progress.getAttribute('aria-valuenow'))).toBeGreaterThan(20);
  await press(page.getByRole('button', { name: 'Pause' }));
  await expect(page.getByText(/, paused/)).toBeVisible();

  await chooseBeforeItWakes(page);
  await throttleUploads(page, -1);
  const offsets: number[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']));
  });
  await pressSend(page);
  await expect(page.getByRole('heading', { name: 'What image.img is' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'What it says of itself' })).toContainText('6.6.63');
  expect(offsets[0], 'where it went on').toBeGreaterThan(IMAGE_BYTES / 10);

  const draft = page.getByRole('region', { name: 'Make a draft of it' });
  await expect(draft.getByLabel('Version', { exact: true })).toHaveValue(VERSION);
  await draft.getByLabel('Description').fill('Made by a journey');
  await draft.getByLabel('Changelog').fill('One change\nAnother one');
  await draft.getByLabel('Hardware').fill(HARDWARE);
  await press(draft.getByRole('button', { name: 'Make the draft' }));
  await expect(page.getByRole('heading', { level: 1, name: VERSION })).toBeVisible();
  address = new URL(page.url()).pathname;

  // Straight to stable it is somebody else's to publish; on nightly it is not.
  await setChannel(page, 'stable');
  await expect(page.getByRole('button', { name: 'Publish …' })).toBeDisabled();
  await expect(page.getByRole('button', { name: 'Publish …' })).toHaveAccessibleDescription(/somebody else publishes it on stable/);
  const refused = await page.request.post('/api/trpc/releases.publish', {
    headers: { 'sec-fetch-site': 'same-origin' },
    data: { json: { releaseId: address.split('/').at(-1), acceptWarnings: true } },
  });
  expect(refused.status(), await refused.text()).toBe(403);
  await setChannel(page, 'nightly');

  await press(page.getByRole('button', { name: 'Publish …' }));
  const dialog = page.getByRole('dialog', { name: `Publish ${VERSION}?` });
  await expect(dialog.getByRole('button', { name: 'Publish on nightly' })).toBeDisabled();
  await expectNoAxeFindings(page, 'publish');
  await press(dialog.getByRole('checkbox'), 'Space');
  await press(dialog.getByRole('button', { name: 'Publish on nightly' }));
  await expect(dialog).toBeHidden();
  await expect(page.getByText('Published', { exact: true })).toBeVisible();
});

test('who brought it does not promote it; another person does, and it ends withdrawn', async ({ page }) => {
  await signInAs(page, 'release_manager');
  await open(page, address);
  await expect(page.getByRole('button', { name: 'Withdraw …' })).toBeVisible();
  await expect(page.getByRole('button', { name: /Promote/ })).toHaveCount(0);
  const refused = await page.request.post('/api/trpc/releases.promote', {
    headers: { 'sec-fetch-site': 'same-origin' },
    data: { json: { releaseId: address.split('/').at(-1), from: 'nightly' } },
  });
  expect(refused.status(), await refused.text()).toBe(403);
  await addSbom(page, '2.0.0');
  const file = { name: 'image.img.asc', mimeType: 'text/plain', buffer: Buffer.from('not a signature') };
  await page.getByLabel('File of the signature').setInputFiles(file);
  const signatures = page.getByRole('region', { name: 'Signatures' });
  await expect(signatures.getByText('Invalid')).toBeVisible();
  await press(signatures.getByRole('button', { name: 'Set aside' }));
  await expect(signatures.getByText('Not signed')).toBeVisible();

  await signInAs(page, 'admin');
  await open(page, address);
  await press(page.getByRole('button', { name: 'Promote to beta …' }));
  await press(page.getByRole('dialog').getByRole('button', { name: 'Promote to beta' }));
  await expect(page.getByRole('region', { name: 'Life and provenance' })).toContainText('promoted from nightly to beta');
  await press(page.getByRole('button', { name: 'Withdraw …' }));
  await page.getByRole('dialog').getByLabel('Reason').fill('The journey is over');
  await press(page.getByRole('dialog').getByRole('button', { name: `Withdraw ${VERSION}` }));
  await expect(page.getByText('This release is withdrawn')).toBeVisible();
  await expect(page.getByText('The journey is over').first()).toBeVisible();
});

test('a downgrade is allowed by a key that signed it elsewhere, and taken back', async ({ page }) => {
  const { privateKey, publicKey } = await generateKey({ type: 'curve25519', userIDs: [{ name: PACKAGE }], format: 'object' });
  await signInAs(page, 'key_officer');
  await open(page, '/settings/trust');
  await press(page.getByRole('button', { name: 'Add a key' }));
  const adding = page.getByRole('dialog', { name: 'Add a key' });
  await adding.getByLabel('Name').fill(PACKAGE);
  await adding.getByLabel('Armored OpenPGP public key').fill(publicKey.armor());
  // For downgrades alone.
  await press(adding.getByRole('checkbox', { name: 'Releases and key sets' }), 'Space');
  await press(adding.getByRole('checkbox', { name: /below a rollback floor/ }), 'Space');
  await press(adding.getByRole('button', { name: 'Add', exact: true }));
  await expect(page.getByRole('region', { name: 'List of keys' }).getByRole('row', { name: PACKAGE })).toContainText('Downgrades');
  // What a rotation would mean, without one.
  await press(page.getByRole('button', { name: 'Rotate …' }));
  const rotating = page.getByRole('dialog', { name: 'Rotate what the gateways pin' });
  await expect(rotating.getByRole('row', { name: PACKAGE })).toContainText('0 of');
  await expect(rotating.getByText(/^gpg --local-user [0-9A-F]{40} --armor --detach-sign key-set-\d+\.json$/)).toBeVisible();
  await expect(rotating.getByRole('button', { name: 'Send the set to the gateways' })).toBeDisabled();
  await expectNoAxeFindings(page, 'rotate');
  await press(rotating.getByRole('button', { name: 'Leave everything as it is' }));

  await signInAs(page, 'release_manager');
  await open(page, `/releases?q=${OLD.version}`);
  await press(page.getByRole('link', { name: OLD.version }));
  const panel = page.getByRole('region', { name: 'Downgrades' });
  await press(panel.getByRole('button', { name: 'Allow a downgrade' }));
  const allowing = page.getByRole('dialog', { name: `Allow a downgrade to ${OLD.version}` });
  await allowing.getByLabel('Version that the gateways run now').fill('v99.0.0');
  await allowing.getByLabel('Gateway', { exact: true }).fill(OLD.gateway);
  await press(allowing.getByRole('button', { name: 'Show what has to be signed' }));
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    press(allowing.getByRole('button', { name: `Save as downgrade-${OLD.version}.json` })),
  ]);
  const message = await createMessage({ binary: await readFile(await saved.path()) });
  await allowing.getByLabel('Paste it').fill(String(await sign({ message, signingKeys: privateKey, detached: true })));
  await expectNoAxeFindings(page, 'allow a downgrade');
  await press(allowing.getByRole('button', { name: 'Allow the downgrade' }));
  await expect(panel.getByRole('listitem').first()).toContainText(new RegExp(`Permitted.*v99\\.0\\.0.*${OLD.gateway}.*${PACKAGE}`, 's'));

  await press(panel.getByRole('button', { name: 'Take back …' }).first());
  await page.getByRole('dialog').getByLabel('Reason').fill('The journey is over');
  await press(page.getByRole('dialog').getByRole('button', { name: 'Take it back' }));
  await expect(panel.getByRole('listitem').first()).toContainText(/Taken back.*The journey is over/s);
  await expect(panel, 'the button that had the focus is gone').toBeFocused();
});

test('a package is found on the gateways that run it, and two releases are compared', async ({ page }) => {
  await signInAs(page, 'release_manager');
  await open(page, `/releases?q=${OLD.version}`);
  await press(page.getByRole('link', { name: OLD.version }));
  await expect(page.getByRole('heading', { level: 1, name: OLD.version })).toBeVisible();
  const old = new URL(page.url()).pathname.split('/').at(-1);
  await addSbom(page, '1.9.0');

  await open(page, '/software');
  await page.getByRole('textbox', { name: 'Package' }).fill(PACKAGE);
  await page.getByLabel('Which').selectOption('<');
  await page.getByRole('textbox', { name: 'Version' }).fill('2.0.0');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Gateways' }).getByRole('link')).toHaveText([OLD.gateway]);
  await expect(page.getByRole('region', { name: 'In which releases' })).toContainText(OLD.version);

  await open(page, `/releases/compare?from=${old}&to=${address.split('/').at(-1)}`);
  await expect(page.getByRole('region', { name: 'Differences' })).toContainText(VERSION);
  await expect(page.getByRole('region', { name: 'Changed components' })).toContainText('1.9.0 → 2.0.0');
});
