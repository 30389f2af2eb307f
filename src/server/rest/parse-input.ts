/** Query and body of a request, checked against the route's schemas. */
import type { z, ZodError } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';

export const MAX_BODY_BYTES = 1_048_576;

/** Every bad field with its dotted path; an unknown key is named itself, not the object that it is in. */
export function fieldErrors(error: ZodError): { path: string; message: string }[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'unknown field' }));
    return [{ path: path.join('.'), message: issue.message }];
  });
}

/** The query string by the schema; a parameter that is given twice is refused, an empty one counts as not given. */
export function parseQuery<S extends z.ZodType>(schema: S, params: URLSearchParams): z.output<S> {
  const given: Record<string, string> = {};
  for (const key of new Set(params.keys())) {
    const values = params.getAll(key).filter((value) => value !== '');
    if (values.length > 1)
      throw refusal('The query string is not valid.', [{ path: key.slice(0, 100), message: 'is given more than once' }]);
    if (values[0] !== undefined) given[key] = values[0];
  }
  return parse(schema, given, 'The query string is not valid.');
}

/** The JSON body by the schema. Reads at most MAX_BODY_BYTES. */
export async function parseBody<S extends z.ZodType>(schema: S, request: Request): Promise<z.output<S>> {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new DomainError('UNSUPPORTED_MEDIA_TYPE', 'The body must be JSON.', { content_type: type?.slice(0, 100) || null }, [
      'Send Content-Type: application/json',
    ]);
  }
  const text = await readText(request);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refusal('The body is not valid JSON.', [{ path: '', message: 'must be a JSON object' }]);
  }
  return parse(schema, value, 'The body is not valid.');
}

/** The text parts of a form by the schema. */
export function parseFields<S extends z.ZodType>(schema: S, fields: Record<string, string>): z.output<S> {
  return parse(schema, fields, 'The form is not valid.');
}

function parse<S extends z.ZodType>(schema: S, value: unknown, message: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw refusal(message, fieldErrors(parsed.error));
  return parsed.data;
}

function refusal(message: string, fields: { path: string; message: string }[]): DomainError {
  return new DomainError('VALIDATION_FAILED', message, { fields });
}

/** Stops reading at the limit, whatever the header had promised. */
async function readText(request: Request): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const part = await reader?.read();
    if (part === undefined || part.done) break;
    bytes += part.value.byteLength;
    if (bytes > MAX_BODY_BYTES) {
      await reader?.cancel().catch(() => undefined);
      throw tooLarge();
    }
    chunks.push(part.value);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw refusal('The body is not valid UTF-8.', [{ path: '', message: 'must be UTF-8' }]);
  }
}

function tooLarge(): DomainError {
  return new DomainError('PAYLOAD_TOO_LARGE', `A body has at most ${MAX_BODY_BYTES} bytes.`, { max_bytes: MAX_BODY_BYTES });
}
