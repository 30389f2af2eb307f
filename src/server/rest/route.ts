/** How a REST route is declared. The same declaration routes, checks the permission, parses, and makes openapi.json. */
import type { z } from 'zod';
import type { Permission } from '#/domain/access/roles';
import type { ErrorCode } from '#/domain/errors/domain-error';
import type { Actor } from '../access/actor';
import type { FoundGateway } from '../gateways/find-gateway';
import type { MultipartForm } from '../uploads/receive-multipart';

export const REST_TAGS = [
  'Gateway',
  'Updates',
  'Manual upload',
  'Settings',
  'Recovery',
  'Monitoring',
  'Jobs',
  'History',
  'Safety',
  'Description',
] as const;

/** 'public': answered without authentication. */
export type RoutePermission = Permission | 'public';

export type RestCall<Q, B> = {
  actor: Actor;
  query: Q;
  body: B;
  /** What stands in the path at `{name}`. */
  params: Record<string, string>;
  /** Only the headers are wanted. */
  isHead: boolean;
  /** Of a route that takes a form: its files. */
  form: MultipartForm | null;
  /** The gateway of the request; throws GATEWAY_REQUIRED and its like. */
  gateway: () => Promise<FoundGateway>;
  /** The gateway only when the request names one. */
  gatewayIfNamed: () => Promise<FoundGateway | null>;
};

/** Bytes instead of JSON: streamed, never held whole. */
export class FileAnswer {
  constructor(
    readonly body: ReadableStream<Uint8Array> | null,
    readonly headers: Record<string, string>,
  ) {}
}

export type RestRoute = {
  method: 'GET' | 'POST';
  /** Below the prefix; `{name}` stands for a part without slashes. */
  path: string;
  tag: (typeof REST_TAGS)[number];
  summary: string;
  permission: RoutePermission;
  query: z.ZodType;
  /** Null: the route takes no body. */
  body: z.ZodType | null;
  response: z.ZodType;
  /** The other 2xx that it may answer with, and when; absent: always 200. */
  accepted?: { description: string; when: (value: unknown) => boolean };
  /** Media types of the bytes that a 200 has, as a FileAnswer; then `response` is that of the 202. */
  file?: readonly string[];
  /** A multipart form with one large file instead of JSON; `body` is then of its text parts. */
  form?: { file: string; attachments: readonly string[]; workMs: number };
  /** Whether Idempotency-Key is taken; so for every POST. */
  idempotent: boolean;
  /** Errors of its own, beside those that every route has. */
  errors: readonly ErrorCode[];
  example?: { request?: unknown; response?: unknown };
  run: (call: RestCall<never, never>) => Promise<unknown>;
};

type Typed<Q extends z.ZodType, B extends z.ZodType | null, R extends z.ZodType> = Omit<
  RestRoute,
  'query' | 'body' | 'response' | 'run' | 'errors' | 'idempotent'
> & {
  query: Q;
  body: B;
  response: R;
  errors?: readonly ErrorCode[];
  run: (call: RestCall<z.output<Q>, B extends z.ZodType ? z.output<B> : null>) => Promise<z.input<R> | FileAnswer>;
};

/** Declares a route; `run` is typed by its schemas. */
export function defineRoute<Q extends z.ZodType, B extends z.ZodType | null, R extends z.ZodType>(route: Typed<Q, B, R>): RestRoute {
  return { errors: [], ...route, idempotent: route.method === 'POST', run: route.run as RestRoute['run'] };
}
