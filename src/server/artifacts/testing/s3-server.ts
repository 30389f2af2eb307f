/**
 * A real S3 server in a process of its own, for tests: one bucket, its files under a folder. It reckons another signature
 * than Amazon for what is asked of a bucket as a whole, so it only looks at whose key it is; and it takes a range that ends
 * at byte 0 for the whole object.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** The one account that the server knows. */
const KEY = 'S3RVER';

const PROGRAM = `
const S3rver = require('@20minutes/s3rver');
const [directory, bucket] = process.argv.slice(1);
new S3rver({ port: 0, address: '127.0.0.1', silent: true, allowMismatchedSignatures: true, directory, configureBuckets: [{ name: bucket }] })
  .run().then(({ port }) => console.log(port));
process.stdin.resume().on('end', () => process.exit());
`;

export async function startS3Server(folder: string, bucket: string) {
  const child = spawn(process.execPath, ['-e', PROGRAM, folder, bucket], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    ended.then(([code]) => {
      throw new Error(`the S3 server ended with ${code}`);
    }),
  ])) as [string];
  const endpoint = `http://127.0.0.1:${Number(line)}`;
  return {
    endpoint,
    /** What a program needs in its environment to use it. */
    env: {
      ARTIFACT_STORE_URL: `s3://${bucket}/fleet?endpoint=${endpoint}&path_style=1`,
      AWS_ACCESS_KEY_ID: KEY,
      AWS_SECRET_ACCESS_KEY: KEY,
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
