import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Path of a program, looked for as a shell would; null when it is not installed. */
export async function findProgram(name: string, path = process.env.PATH ?? ''): Promise<string | null> {
  for (const folder of path.split(delimiter).filter((one) => one.startsWith('/'))) {
    const file = join(folder, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return null;
}
