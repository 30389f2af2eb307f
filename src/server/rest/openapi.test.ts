import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { PERMISSIONS } from '#/domain/access/roles';
import { openApiDocument } from './openapi';
import { ROUTES } from './route-table';

// As a client sees it: without what JSON drops.
const document = JSON.parse(JSON.stringify(openApiDocument(ROUTES))) as ReturnType<typeof openApiDocument>;
const schemas = Object.entries(document.components.schemas);

function everyRef(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' && typeof inner === 'string' ? [inner] : everyRef(inner)));
}

function resolve(ref: string): unknown {
  return ref
    .slice(2)
    .split('/')
    .reduce<unknown>(
      (at, part) => (at as Record<string, unknown> | undefined)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')],
      document,
    );
}

describe('every route', () => {
  it('there are routes to walk', () => expect(ROUTES.length).toBeGreaterThan(14));

  it.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))('%s declares its permission', (_name, route) => {
    // Only the description of the API may be read by anyone.
    const declarable: readonly string[] = route.path === '/openapi.json' ? ['public'] : PERMISSIONS;
    expect(declarable).toContain(route.permission);
  });

  it.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))('%s is described', (_name, route) => {
    const operation = document.paths[`/v1/cloud-integration${route.path}`]?.[route.method === 'GET' ? 'get' : 'post'];
    expect(operation?.['x-permission']).toBe(route.permission);
    expect(operation?.requestBody !== undefined).toBe(route.body !== null);
    const takesKey = operation?.parameters.some((parameter) => parameter.name === 'Idempotency-Key');
    expect(takesKey).toBe(route.method === 'POST');
  });

  it('no two have the same method and path, or the same name', () => {
    expect(new Set(ROUTES.map((route) => `${route.method} ${route.path}`)).size).toBe(ROUTES.length);
    const names = Object.values(document.paths).flatMap((path) => Object.values(path).map((operation) => operation.operationId));
    expect(new Set(names).size).toBe(ROUTES.length);
  });
});

describe('openapi.json', () => {
  it('resolves every reference', () => {
    const refs = everyRef(document);
    expect(refs.length).toBeGreaterThan(50);
    for (const ref of refs) expect(ref.startsWith('#/') && resolve(ref) !== undefined, ref).toBe(true);
  });

  it.each(schemas)('%s compiles as JSON Schema 2020-12', (_name, schema) => {
    const ajv = addFormats(new Ajv2020({ strict: true, allowUnionTypes: true }));
    expect(typeof ajv.compile(schema)).toBe('function');
  });

  it('examples fit their schemas', () => {
    const ajv = addFormats(new Ajv2020());
    const examples = Object.values(document.paths).flatMap((path) =>
      Object.values(path).flatMap(({ requestBody }) =>
        Object.values(requestBody?.content ?? {}).filter((content) => content.example !== undefined),
      ),
    );
    expect(examples.length).toBeGreaterThan(4);
    for (const { schema, example } of examples) {
      const validate = ajv.compile(resolve(schema.$ref as string) as object);
      expect(validate(example), JSON.stringify(validate.errors)).toBe(true);
    }
  });
});
