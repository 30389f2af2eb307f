import { createHmac } from 'node:crypto';

/** The broker user of Fairlead's own controllers. */
export const CONTROLLER_USER = 'fairlead-controller';

/** Its password on the embedded broker: derived, so that broker and controller need no further secret. */
export function controllerPassword(secret: string): string {
  return createHmac('sha256', secret).update('fairlead mqtt controller v1').digest('base64url');
}
