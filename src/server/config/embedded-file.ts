/** FAIRLEAD_HOME/embedded.json: where the embedded parts of a running Fairlead are, for programs beside it. */
import { z } from 'zod';

export const EMBEDDED_FILE = 'embedded.json';

export const embeddedFileSchema = z.looseObject({
  database_url: z.string().regex(/^postgres(ql)?:\/\//),
  mqtt_url: z.string().optional(),
  /** Address of the web program. */
  url: z.string().optional(),
});
export type EmbeddedFile = z.infer<typeof embeddedFileSchema>;
