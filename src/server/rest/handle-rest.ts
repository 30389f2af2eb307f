/** The REST door: every path of the contract under both prefixes, framework-free (Request in, Response out). */
import { createHash, randomBytes } from 'node:crypto';
import { isAllowed } from '#/domain/access/grants';
import { DomainError } from '#/domain/errors/domain-error';
import type { Actor } from '../access/actor';
import { logger } from '../config/logger';
import { type Answer, errorAnswer, jsonAnswer, toResponse } from './answer';
import { authenticate } from './authenticate';
import { answerOnce, canonicalHash, idempotencyKey } from './idempotency';
import { type MultipartForm, receiveMultipart } from '../uploads/receive-multipart';
import { parseBody, parseFields, parseQuery } from './parse-input';
import { spendFailure, spendRequest } from './rate-limit';
import { FileAnswer, type RestCall, type RestRoute } from './route';
import { ROUTES } from './route-table';
import { namedGateway, selectGateway } from './select-gateway';
import { within } from './within';

export const REST_PREFIXES = ['/v1/cloud-integration', '/cloud-integration'] as const;

/** A database that does not answer is noticed at the first look at the caller. */
const AUTHENTICATION_MS = 5_000;
/** Longer than a use-case that waits for the gateway's own answer. */
const WORK_MS = 30_000;
const REQUEST_ID = /^[\w.:-]{1,128}$/;

export type Peer = { ip: string | null };

/** Answers a request below one of the prefixes. Never throws. */
export async function handleRest(request: Request, peer: Peer): Promise<Response> {
  const given = request.headers.get('x-request-id');
  const requestId = given !== null && REQUEST_ID.test(given) ? given : `req_${randomBytes(9).toString('hex')}`;
  const startedMs = performance.now();
  const path = new URL(request.url).pathname;
  let budget: Record<string, string> = {};
  const answer = await respond(request, peer, requestId, (headers) => {
    budget = headers;
  }).catch((error: unknown) => errorAnswer(error, requestId));
  const ms = Math.round(performance.now() - startedMs);
  logger.debug({ requestId, method: request.method, path, status: answer.status, ms }, 'rest');
  return toResponse({ ...answer, headers: { ...budget, ...answer.headers } }, requestId, request.method);
}

async function respond(request: Request, peer: Peer, requestId: string, tell: (headers: Record<string, string>) => void): Promise<Answer> {
  const url = new URL(request.url);
  const { route, params, allowed } = findRoute(url.pathname, request.method);
  if (request.method === 'OPTIONS') return { status: 204, body: null, headers: { allow: allowed.join(', ') } };
  if (!route) {
    throw new DomainError('METHOD_NOT_ALLOWED', `${request.method} is not possible here.`, { allowed }, [`Use ${allowed[0]}`]);
  }
  if (route.permission === 'public') return jsonAnswer(200, await route.run({} as RestCall<never, never>));
  const actor = await authenticateWithin(request, { ip: peer.ip, requestId });
  const principal = actor.type === 'token' ? `token:${actor.tokenId}` : `user:${actor.id}`;
  tell(await spendRequest(principal));
  const { permission } = route;
  if (!isAllowed(actor.grants, permission, null)) {
    throw new DomainError('FORBIDDEN', `You may not do this: the permission ${permission} is missing.`, { permission });
  }
  const key = route.idempotent ? idempotencyKey(request) : null;
  const query = parseQuery(route.query, url.searchParams) as { gateway_id?: string };
  const form = route.form === undefined ? null : await receiveMultipart(request, { fileField: route.form.file });
  try {
    return await answerCall(route, { request, requestId, actor, principal, key, query, params, form });
  } finally {
    await form?.discard();
  }
}

type OpenCall = {
  request: Request;
  requestId: string;
  actor: Actor;
  principal: string;
  key: string | null;
  query: { gateway_id?: string };
  params: Record<string, string>;
  form: MultipartForm | null;
};

async function answerCall(route: RestRoute, open: OpenCall): Promise<Answer> {
  const { request, requestId, actor, principal, key, query, params, form } = open;
  const { permission } = route;
  if (permission === 'public') throw new Error('a public route asks for nobody');
  const body = (await bodyOf(route, request, form)) as { gateway_id?: string } | null;
  const named = namedGateway(request, query, body ?? {});
  const call = {
    actor,
    query,
    body,
    params,
    isHead: request.method === 'HEAD',
    form,
    gateway: () => selectGateway(actor, named, permission),
    gatewayIfNamed: () => (named === null ? Promise.resolve(null) : selectGateway(actor, named, permission)),
  } as RestCall<never, never>;
  const work = () => runRoute(route, call).catch((error: unknown) => errorAnswer(error, requestId));
  const workMs = route.form?.workMs ?? WORK_MS;
  if (key === null) return within(workMs, work());
  const files = form === null ? [] : [form.file?.sha256 ?? null, form.file?.fileName ?? null, ...hashesOf(form)];
  const bodyHash = canonicalHash(body, named, ...files);
  return within(workMs, answerOnce({ principal, key, route: `${route.method} ${route.path}`, bodyHash }, work));
}

function bodyOf(route: RestRoute, request: Request, form: MultipartForm | null): unknown {
  if (route.body === null) return null;
  return form === null ? parseBody(route.body, request) : parseFields(route.body, form.fields);
}

function hashesOf({ attachments }: MultipartForm): string[] {
  return Object.entries(attachments).map(([name, bytes]) => `${name} ${createHash('sha256').update(bytes).digest('hex')}`);
}

async function runRoute(route: RestRoute, call: RestCall<never, never>): Promise<Answer> {
  const value = await route.run(call);
  if (value instanceof FileAnswer) return { status: 200, body: value.body, headers: value.headers };
  // What openapi.json promises is checked outside production: a door that breaks it must not pass a test.
  if (process.env.NODE_ENV !== 'production') {
    const checked = route.response.safeParse(value);
    if (!checked.success) throw new Error(`${route.method} ${route.path} breaks its own schema: ${checked.error.message}`);
  }
  return jsonAnswer(route.accepted?.when(value) ? 202 : 200, value);
}

async function authenticateWithin(request: Request, origin: { ip: string | null; requestId: string }): Promise<Actor> {
  try {
    return await within(AUTHENTICATION_MS, authenticate(request, origin));
  } catch (error) {
    if (error instanceof DomainError && error.code === 'UNAUTHENTICATED') await spendFailure(origin.ip);
    throw error;
  }
}

/** The route, and the methods that the path has. Throws NOT_FOUND for a path that has none. */
function findRoute(pathname: string, method: string): { route: RestRoute | undefined; params: Record<string, string>; allowed: string[] } {
  const prefix = REST_PREFIXES.find((one) => pathname.startsWith(`${one}/`));
  const path = prefix === undefined ? pathname : pathname.slice(prefix.length).replace(/\/$/, '');
  const here = ROUTES.filter((route) => matchPath(route.path, path) !== null);
  if (prefix === undefined || here.length === 0)
    throw new DomainError('NOT_FOUND', 'There is nothing at this path.', { path: path.slice(0, 200) });
  const wanted = method === 'HEAD' ? 'GET' : method;
  const methods = here.flatMap((route) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method]));
  const route = here.find((one) => one.method === wanted);
  return { route, params: (route && matchPath(route.path, path)) ?? {}, allowed: [...methods, 'OPTIONS'] };
}

/** What stands at each `{name}` of the pattern; null when the path is another one. */
function matchPath(pattern: string, path: string): Record<string, string> | null {
  if (!pattern.includes('{')) return pattern === path ? {} : null;
  const source = pattern
    .split(/\{(\w+)\}/)
    .map((part, at) => (at % 2 === 1 ? `(?<${part}>[^/]{1,100})` : part.replace(/[.*+?^$()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${source.join('')}$`).exec(path)?.groups ?? null;
}
