/** The device HTTP doors: enrolment, images and bundles. They stand beside Next, because crowds and bytes come this way. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerDelta } from '../delta/delta-door';
import { answerArtifact } from './artifact-door';
import { answerBundle } from './bundle-door';
import { answerEnrolment } from './enrol-door';
import { sendError } from './send-json';
import { afterSignature } from './signed-path';

export type DeviceContext = {
  path: string;
  /** Sets request ids and reads who asks. A download that succeeds needs neither, and it is asked for often. */
  peer: () => { ip: string | null };
  mqttUrl: string;
};

const ARTIFACTS = '/device/v1/artifacts/';
const BUNDLES = '/device/v1/bundles/';

export function answerDevice(request: IncomingMessage, response: ServerResponse, context: DeviceContext): Promise<void> | void {
  const { path, peer, mqttUrl } = context;
  const { method } = request;
  const rest = path.startsWith(ARTIFACTS) ? path.slice(ARTIFACTS.length) : afterSignature(path);
  if (rest !== null) {
    const answer = rest.includes('/') ? answerDelta : answerArtifact;
    if (method === 'GET' || method === 'HEAD') return answer(request, response, rest, peer);
    peer();
    return refuseMethod(request, response, 'GET, HEAD');
  }
  const { ip } = peer();
  if (path.startsWith(BUNDLES)) {
    if (method === 'PUT') return answerBundle(request, response, path.slice(BUNDLES.length));
    return refuseMethod(request, response, 'PUT');
  }
  if (path === '/device/v1/enroll') {
    if (method === 'POST') return answerEnrolment(request, response, { ip, mqttUrl });
    return refuseMethod(request, response, 'POST');
  }
  sendError(request, response, 404, 'NOT_FOUND', 'There is no such address.');
}

function refuseMethod(request: IncomingMessage, response: ServerResponse, allow: string): void {
  sendError(request, response, 405, 'METHOD_NOT_ALLOWED', `This address takes ${allow} only.`, { Allow: allow });
}
