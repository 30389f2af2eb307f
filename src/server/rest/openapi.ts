/** OpenAPI 3.1 of the REST contract, made from the declarations that route, check and answer the requests. */
import { z } from 'zod';
import type { ErrorCode } from '#/domain/errors/domain-error';
import { OTA_CODE } from '#/domain/errors/ota-codes';
import { errorBodySchema } from '#/protocol/rest/error';
import { HTTP_STATUS } from './http-status';
import { API_DESCRIPTION, OPENAPI_PREFIX, TAG_DESCRIPTIONS } from './openapi-text';
import { REST_TAGS, type RestRoute } from './route';

export type JsonSchema = Record<string, unknown>;
export type OpenApiParameter = {
  name: string;
  in: 'query' | 'header' | 'path';
  required: boolean;
  description?: string;
  schema: JsonSchema;
};
export type OpenApiResponse = {
  description: string;
  headers?: JsonSchema;
  content?: Record<string, { schema: JsonSchema; example?: unknown }>;
};
export type OpenApiOperation = {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  'x-permission': string;
  security: Record<string, string[]>[];
  parameters: OpenApiParameter[];
  requestBody?: { required: true; content: Record<string, { schema: JsonSchema; example?: unknown }> };
  responses: Record<string, OpenApiResponse>;
};
export type OpenApiDocument = {
  openapi: '3.1.1';
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Partial<Record<'get' | 'post', OpenApiOperation>>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, JsonSchema> };
};

const ERROR_REF = { $ref: '#/components/schemas/Error' };
/** What any route may answer. */
const COMMON: readonly ErrorCode[] = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'RATE_LIMITED',
  'INTERNAL',
  'SERVICE_UNAVAILABLE',
  'VALIDATION_FAILED',
];
const ABOUT_GATEWAY: readonly ErrorCode[] = ['GATEWAY_REQUIRED', 'GATEWAY_NOT_FOUND'];
const WITH_BODY: readonly ErrorCode[] = ['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'IDEMPOTENCY_CONFLICT'];

export function openApiDocument(routes: readonly RestRoute[]): OpenApiDocument {
  const schemas: Record<string, JsonSchema> = { Error: schemaOf(errorBodySchema) };
  const paths: OpenApiDocument['paths'] = {};
  for (const route of routes) {
    const path = `${OPENAPI_PREFIX}${route.path}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, schemas) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Fairlead cloud integration',
      version: '1.0.0',
      description: API_DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    // Full paths below: the document is the same at every address and under both prefixes.
    servers: [{ url: '/' }],
    tags: REST_TAGS.map((name) => ({ name, description: TAG_DESCRIPTIONS[name] })),
    paths,
    components: {
      schemas,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token: Account, "API tokens".' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'fairlead.session',
          description: 'The browser session; writes only from our own pages.',
        },
      },
    },
  };
}

function operationOf(route: RestRoute, schemas: Record<string, JsonSchema>): OpenApiOperation {
  const name = operationName(route);
  schemas[`${name}Response`] = schemaOf(route.response);
  if (route.body) schemas[`${name}Request`] = withFiles(schemaOf(route.body), route.form);
  const isPublic = route.permission === 'public';
  return {
    operationId: name.charAt(0).toLowerCase() + name.slice(1),
    tags: [route.tag],
    summary: route.summary,
    description: isPublic ? 'Needs no authentication.' : `Needs the permission \`${route.permission}\`.`,
    'x-permission': route.permission,
    security: isPublic ? [] : [{ token: [] }, { session: [] }],
    parameters: parametersOf(route),
    ...(route.body
      ? {
          requestBody: {
            required: true,
            content: { [route.form ? 'multipart/form-data' : 'application/json']: jsonContent(`${name}Request`, route.example?.request) },
          },
        }
      : {}),
    responses: {
      '200': route.file ? fileResponse(route.file) : success(name, route),
      ...(route.accepted ? { '202': { ...success(name, route), description: route.accepted.description } } : {}),
      ...errorResponses(route),
    },
  };
}

/** The file parts of a form beside its texts. */
function withFiles(schema: JsonSchema, form: RestRoute['form']): JsonSchema {
  if (form === undefined) return schema;
  const bytes = { type: 'string', contentMediaType: 'application/octet-stream' };
  const texts = (schema.properties ?? {}) as Record<string, JsonSchema>;
  const attachments = Object.fromEntries(form.attachments.map((name) => [name, { ...texts[name], ...bytes }]));
  const required = [...((schema.required as string[] | undefined) ?? []), form.file];
  return { ...schema, properties: { [form.file]: bytes, ...texts, ...attachments }, required };
}

/** GET /updates/check is UpdatesCheck; GET /jobs is JobsList. */
export function operationName(route: Pick<RestRoute, 'path' | 'method'>): string {
  const words = route.path.split(/[/.{}_]/).filter((word) => word !== '');
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return words.length === 1 ? `${name}Get` : name;
}

function success(name: string, route: RestRoute): OpenApiResponse {
  return {
    description: 'Done.',
    headers: { 'X-Request-ID': { schema: { type: 'string' } }, 'RateLimit-Remaining': { schema: { type: 'integer' } } },
    content: { 'application/json': jsonContent(`${name}Response`, route.example?.response) },
  };
}

function fileResponse(types: readonly string[]): OpenApiResponse {
  const content = Object.fromEntries(types.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]));
  return { description: 'The bytes.', headers: { 'Content-Length': { schema: { type: 'integer' } } }, content };
}

function jsonContent(name: string, example: unknown) {
  return { schema: { $ref: `#/components/schemas/${name}` }, ...(example === undefined ? {} : { example }) };
}

/** One response per status; the codes that lead to it stand in its description. */
function errorResponses(route: RestRoute): Record<string, OpenApiResponse> {
  if (route.permission === 'public') return {};
  const codes = new Set<ErrorCode>([...COMMON, ...ABOUT_GATEWAY, ...(route.body ? WITH_BODY : []), ...route.errors]);
  if (route.path === '/updates/download') codes.add('NOT_FOUND');
  const byStatus = Map.groupBy(codes, (code) => HTTP_STATUS[code]);
  const entries = [...byStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(
    entries.map(([status, list]) => [
      String(status),
      {
        description: list.map((code) => (OTA_CODE[code] ? `${code} (${OTA_CODE[code]})` : code)).join(', '),
        ...(status === 429 || status === 503 ? { headers: { 'Retry-After': { schema: { type: 'integer' } } } } : {}),
        content: { 'application/json': { schema: ERROR_REF } },
      },
    ]),
  );
}

function parametersOf(route: RestRoute): OpenApiParameter[] {
  const schema = schemaOf(route.query) as { properties?: Record<string, JsonSchema>; required?: string[] };
  const query = Object.entries(schema.properties ?? {}).map(([name, { description, ...rest }]) => ({
    name,
    in: 'query' as const,
    required: schema.required?.includes(name) ?? false,
    ...(typeof description === 'string' ? { description } : {}),
    schema: rest,
  }));
  const path = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path' as const,
    required: true,
    schema: { type: 'string', maxLength: 100 },
  }));
  if (route.permission === 'public') return [...path, ...query];
  const headers = [
    header('X-Gateway-ID', 'The gateway, when `gateway_id` does not name it.'),
    header('X-Request-ID', 'Comes back; made when it is absent.'),
  ];
  if (route.idempotent) headers.push(header('Idempotency-Key', 'The same key and body within 24 h gives the first answer again.'));
  return [...path, ...query, ...headers];
}

function header(name: string, description: string): OpenApiParameter {
  return { name, in: 'header', required: false, description, schema: { type: 'string', maxLength: 255 } };
}

/** JSON Schema 2020-12 of what is written on the wire, before zod turns it into values. */
function schemaOf(schema: z.ZodType): JsonSchema {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return json;
}
