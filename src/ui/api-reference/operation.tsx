import type { OpenApiOperation, OpenApiParameter } from '#/server/rest/openapi';
import { Badge } from '../kit/mark';
import { FieldTable } from './field-table';
import { type Schema, schemaRows, typeOf } from './schema-rows';
import { WithCode } from './with-code';

type OperationProps = { path: string; method: string; operation: OpenApiOperation; schemas: Record<string, Schema> };

/** One operation: what it is for, what it takes, what it answers. */
export function Operation({ path, method, operation, schemas }: OperationProps) {
  const { requestBody, responses, summary } = operation;
  const [mediaType, content] = Object.entries(requestBody?.content ?? {})[0] ?? [null, null];
  const request = content && schemaAt(content.schema, schemas);
  const isFile = responses['200']?.content?.['application/json'] === undefined;
  const answer = schemaAt(responses[isFile ? '202' : '200']?.content?.['application/json']?.schema ?? {}, schemas);
  // The headers are the same everywhere: "For all paths" names them.
  const parameters = operation.parameters.filter((parameter) => parameter.in !== 'header');
  const example = content?.example;
  const errors = Object.entries(responses).filter(([status]) => status !== '200');
  return (
    <article className="flex flex-col gap-3 p-3" aria-label={`${method} ${path}`}>
      <header className="flex flex-col gap-1">
        <h3 className="flex flex-wrap items-center gap-2">
          <Badge priority={method === 'POST' ? 'info' : 'none'}>{method}</Badge>
          <span className="font-mono text-sm wrap-anywhere">{path}</span>
        </h3>
        <p>{summary}</p>
        <p className="text-xs text-muted">
          <WithCode text={operation.description} />
        </p>
      </header>
      {parameters.length > 0 && <FieldTable caption="Parameters" rows={parameters.map(rowOfParameter)} />}
      {request && <FieldTable caption={mediaType === 'application/json' ? 'Body' : `Body (${mediaType})`} rows={schemaRows(request)} />}
      {example !== undefined && (
        <pre className="overflow-hidden rounded-sm bg-sunken p-2 font-mono text-xs break-all whitespace-pre-wrap">
          {JSON.stringify(example, null, 2)}
        </pre>
      )}
      <Disclosure summary={`Answer of ${path}`}>
        <FieldTable caption={isFile ? '202 (200: the bytes)' : '200'} rows={schemaRows(answer)} />
      </Disclosure>
      {errors.length > 0 && (
        <Disclosure summary={`Errors of ${path}`}>
          <dl className="grid grid-cols-[3rem_1fr] gap-x-3 gap-y-1">
            {errors.map(([status, response]) => (
              <div key={status} className="contents">
                <dt className="font-mono text-xs">{status}</dt>
                <dd className="text-xs text-muted">{response.description}</dd>
              </div>
            ))}
          </dl>
        </Disclosure>
      )}
    </article>
  );
}

function Disclosure({ summary, children }: { summary: string; children: React.ReactNode }) {
  return (
    <details className="group">
      <summary className="flex min-h-6 cursor-pointer items-center text-info">
        <span aria-hidden className="mr-1 inline-block group-open:rotate-90">
          ▸
        </span>
        {summary}
      </summary>
      <div className="pt-2">{children}</div>
    </details>
  );
}

function rowOfParameter({ name, schema, required, description = '' }: OpenApiParameter) {
  return { path: name, type: typeOf(schema), required, description };
}

/** The schema itself, or what its reference names. */
function schemaAt(schema: Schema, schemas: Record<string, Schema>): Schema {
  const ref = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1) : undefined;
  return (ref === undefined ? schema : schemas[ref]) ?? {};
}
