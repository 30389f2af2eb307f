import type { DemoInfo } from '#/protocol/demo/demo-info';

export type BannerFacts = {
  url: string;
  mqttUrl: string;
  logFolder: string;
  /** Null: --no-demo, or the database holds another fleet. */
  demo: DemoInfo | null;
  demoWanted: boolean;
  demoFile: string;
  tookMs: number;
};

/** What `npm start` prints when the first page can be opened. */
export function banner({ url, mqttUrl, logFolder, demo, demoWanted, demoFile, tookMs }: BannerFacts): string {
  const people = demo?.users.map((user) => `    ${user.role.padEnd(17)}${user.email.padEnd(36)}${user.password}`) ?? [];
  const signIns = demo
    ? ['', '  Sign in as', ...people, '', `  API tokens, PINs and the gateway token: ${demoFile}`]
    : demoWanted
      ? ['', '  The database holds a fleet of its own: the demo stays away. Sign in with your own account.']
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
