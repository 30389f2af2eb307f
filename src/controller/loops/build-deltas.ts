/** Makes indexes and patches of published images, one after another and each once. */
import { makeNextIndex } from '#/server/delta/make-index';
import { findXdelta3, makeNextPatch } from '#/server/delta/make-patch';
import { runEvery } from './run-every';

export function startDeltaBuilder(): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const loop = runEvery('deltas', 5000, async () => {
    while (!stopping.signal.aborted && (await makeNextIndex(stopping.signal)) !== null);
    const program = await findXdelta3();
    while (program !== null && !stopping.signal.aborted && (await makeNextPatch(program, stopping.signal)));
  });
  return {
    async stop() {
      // What is half made is made anew by the next one; a large image would hold up the end for minutes.
      stopping.abort(new Error('the controller stops'));
      await loop.stop();
    },
  };
}
