import { z } from 'zod';
import { type OpenApiDocument, openApiDocument } from '../openapi';
import type { RestRoute } from '../route';

/** The description of all routes; the table gives itself, so that this file imports no table. */
export function openApiRoute(routes: () => readonly RestRoute[]): RestRoute {
  // Anyone may ask for it, so it is made once.
  let document: OpenApiDocument | undefined;
  return {
    method: 'GET',
    path: '/openapi.json',
    tag: 'Description',
    summary: 'This description as OpenAPI 3.1',
    permission: 'public',
    query: z.object({}),
    body: null,
    response: z.looseObject({ openapi: z.string().regex(/^3\.1\.\d$/), paths: z.record(z.string(), z.unknown()) }),
    idempotent: false,
    errors: [],
    run: async () => (document ??= openApiDocument(routes())),
  };
}
