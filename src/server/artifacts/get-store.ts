/** The artifact store that the environment names. */
import type { ArtifactStore, BlobKeeper } from './artifact-store';
import { folderStore } from './folder-store';
import { countStored } from './quota';
import { receiveFile } from './receive-file';

export function getArtifactStore(): ArtifactStore {
  return withReceiving(folderStore());
}

function withReceiving(keeper: BlobKeeper): ArtifactStore {
  const adopt: BlobKeeper['adopt'] = async (file, blob) => {
    await keeper.adopt(file, blob);
    countStored(blob.sizeBytes);
  };
  const receive: ArtifactStore['receive'] = (source, limits) => receiveFile(keeper, source, limits);
  return {
    ...keeper,
    adopt,
    receive,
    async put(source, limits) {
      const { discard, ...file } = await receive(source, limits);
      try {
        await adopt(file.path, file);
        return { sha256: file.sha256, sizeBytes: file.sizeBytes };
      } finally {
        await discard();
      }
    },
  };
}
