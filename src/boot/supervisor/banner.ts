import type { DemoInfo } from '#/protocol/demo/demo-info';

export type BannerFacts = { url: string; mqttUrl: string; logFolder: string; demo: DemoInfo | null; demoFile: string; tookMs: number };

/** What `npm start` prints when the first page can be opened. */
export function banner({ url, mqttUrl, logFolder, demo, demoFile, tookMs }: BannerFacts): string {
  const people = demo?.users.map((user) => `    ${user.role.padEnd(11)}${user.email.padEnd(36)}${user.password}`) ?? [];
  const signIns = demo
    ? ['', '  Sign in as', ...people, '', `  API tokens, PINs and the gateway token: ${demoFile}`]
    : ['', '  Make the first administrator: npx fairlead user add <e-mail> --role admin'];
  return [
    '',
    `  Fairlead is ready (${(tookMs / 1000).toFixed(1)} s)`,
    '',
    `  ${url}`,
    `  MQTT  ${mqttUrl}`,
    `  Logs  ${logFolder}`,
    ...signIns,
    '',
    '  Ctrl-C ends everything.',
    '',
  ].join('\n');
}
