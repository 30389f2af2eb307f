#!/usr/bin/env node
/** The `fairlead` command. */
import { text } from 'node:stream/consumers';
import { runCli } from './run-cli';

process.exitCode = await runCli(process.argv.slice(2), {
  out: (line) => void process.stdout.write(line),
  err: (line) => void process.stderr.write(line),
  readInput: () => text(process.stdin),
});
