/** The figures as a table for the terminal and as docs/benchmarks.md. */
import { cpus, release, totalmem } from 'node:os';
import { aimText, type Figure, isMet, numberText } from './figure';

const COLUMNS = ['', 'Measured', 'Figure', 'Aim', 'Reference in the same run', 'Ratio', 'Met'] as const;

function cells(figure: Figure): string[] {
  const { reference, value } = figure;
  const met = isMet(figure);
  return [
    figure.group,
    figure.what,
    `${numberText(value)} ${figure.unit}`,
    aimText(figure),
    reference ? `${reference.what}: ${numberText(reference.value)} ${reference.unit}` : '',
    reference && reference.unit === figure.unit && reference.value > 0 ? `${(value / reference.value).toFixed(2)}` : '',
    met === null ? '' : met ? 'yes' : '**no**',
  ];
}

export function asTable(figures: readonly Figure[]): string {
  const rows = [[...COLUMNS], ...figures.map(cells)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const notes = figures.flatMap((figure) => (figure.note ? [`${figure.group}  ${figure.what}: ${figure.note}`] : []));
  return [...rows.map(line), '', ...notes].join('\n');
}

export type Circumstances = { date: Date; postgres: string; quick: boolean; seconds: number; remark?: string | undefined };

export function asMarkdown(figures: readonly Figure[], { date, postgres, quick, seconds, remark }: Circumstances): string {
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`;
  const row = (values: readonly string[]) => `| ${values.join(' | ')} |`;
  const missed = figures.filter((figure) => isMet(figure) === false);
  const notes = figures.filter((figure) => figure.note && isMet(figure) !== false);
  const named = (figure: Figure) => `- **${figure.group}, ${figure.what}**: ${figure.note ?? 'the cause has not been looked into.'}`;
  return [
    '# Benchmarks',
    '',
    '`npm run bench` measures this and writes this file; `npm run bench -- ingest latency download queries memory` measures some of it,',
    '`--quick` is a short run that shows only that everything works. Everything (load, broker, controller, web, database) runs on one machine',
    'over loopback, so the load takes its share of the processors as well. Ratios travel better to other machines than figures.',
    '',
    `- Date: ${date.toISOString().slice(0, 16).replace('T', ' ')} UTC${quick ? ' (quick run: not a measurement)' : ''}, ${Math.round(seconds)} s`,
    `- Machine: ${machine}`,
    `- Node ${process.versions.node}, ${postgres}`,
    ...(remark ? [`- ${remark}`] : []),
    '',
    row(COLUMNS),
    row(COLUMNS.map(() => '---')),
    ...figures.map((figure) => row(cells(figure))),
    '',
    '## Missed',
    '',
    ...(missed.length === 0 ? ['Nothing.'] : missed.map(named)),
    '',
    ...(notes.length === 0 ? [] : ['## Notes', '', ...notes.map(named), '']),
    METHOD,
  ].join('\n');
}

const METHOD = `## How it is measured

- **a** Every gateway has one running job and one MQTT connection of its own; a load process publishes progress (QoS 0, as the agent does) at a
  steady rate. *Carried* is what the controller received and parsed per second, the time
  until the last message is in included; 99 % of what is offered counts as carried. Progress is coalesced by design: of several reports of one job
  within a flush the newest is written. *Lost* counts messages that the controller did not receive, plus jobs whose newest report is not in the
  database in the end. The ceiling offers as much as is carried (a window of unprocessed messages); its reference is the same load through the
  same broker to a subscriber that only counts.
- **b** 1,000 connected gateways say 2,000 progress reports a second. Click to agent: from the REST call that starts an update until the signed
  command is at the gateway. Agent to browser: from the gateway's publish until a WebSocket client of the web program has the message. The bare
  round is the same publish to a second MQTT subscriber at the same time.
- **c** One image from the web program's device door and from nginx (one worker, sendfile), read by the same client; whole, and in ranges of
  64 KiB over eight connections.
- **d** The use-cases that the pages call, on the stress fleet of 10,000 gateways and their jobs.
- **f** Two images of one Debian system (what apt installs for a gateway's packages): as the point release has it, and with every update
  that Debian has published since. ext4 of 4 KiB blocks without a journal, SquashFS with zstd in blocks of 128 KiB; fixed ids and times. The server's
  own builder makes index and patch, the agent's own code downloads from the device doors (a process of their own) in another process, with the old image as its
  running slot; the SHA-256 of the whole image is compared each time. casync: its defaults, the old image as seed, chunks over HTTP. The figures hold for the
  uncompressed ext4 and SquashFS images; compressed images are not measured here, and one of \`xz -9\` that is fetched whole takes more than 64 MB to
  unpack (seen once, beside the bench and from source: a peak of 105 MB beyond idle; 43 MB for \`xz -0\`).
- **s** The board's queries are the use-cases that the page calls, on the stress fleet. Revoke to agent: 1,000 connected gateways, 900 of them say
  2,000 progress reports a second, 100 are the agent's own link, telemetry, command verification, journal on disk and grant desk. An operator asks, a
  supervisor approves with a PIN, the gateway accepts; then from the REST call that revokes until the verified order's effect is in the gateway's journal.
  The reference is the bare round of **b**.
- **e** Proportional set size of the whole process tree of \`npm start -- --no-demo\`, idle for a while, without a page open.
`;
