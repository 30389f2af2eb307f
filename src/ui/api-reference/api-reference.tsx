/** The REST contract for people, rendered on the server from the document that openapi.json gives to programs. */
import type { OpenApiDocument } from '#/server/rest/openapi';
import { PageHeader } from '../kit/page-header';
import { Panel } from '../kit/panel';
import { Operation } from './operation';
import { WithCode } from './with-code';

type Note = { title: string; text: string };

/** All operations by tag, in the order of the document. */
export function ApiReference({ document, notes }: { document: OpenApiDocument; notes: readonly Note[] }) {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const sections = document.tags.map((tag) => ({ ...tag, operations: operations.filter((one) => one.operation.tags.includes(tag.name)) }));
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title="API"
        lead="The REST contract, for programs. Tokens are made under Account."
        actions={
          <a href="/v1/cloud-integration/openapi.json" className="inline-flex min-h-6 items-center text-info underline underline-offset-2">
            openapi.json (OpenAPI {document.openapi})
          </a>
        }
      />
      <nav aria-label="Sections of the API">
        <ul className="flex flex-wrap gap-x-4">
          {sections.map((section) => (
            <li key={section.name}>
              <a href={`#${section.name}`} className="inline-flex min-h-6 items-center text-info underline underline-offset-2">
                {section.name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <Panel title="For all paths">
        <dl className="grid gap-x-6 gap-y-2 md:grid-cols-[10rem_1fr]">
          {notes.map((note) => (
            <div key={note.title} className="contents">
              <dt className="font-medium">{note.title}</dt>
              <dd className="mb-2 max-w-3xl text-muted">
                <WithCode text={note.text} />
              </dd>
            </div>
          ))}
        </dl>
      </Panel>
      {sections.map((section) => (
        <div key={section.name} id={section.name} className="scroll-mt-16">
          <Panel title={section.name} aside={section.description} flush>
            <div className="divide-y divide-line">
              {section.operations.map((one) => (
                <Operation key={one.operation.operationId} {...one} schemas={document.components.schemas} />
              ))}
            </div>
          </Panel>
        </div>
      ))}
    </div>
  );
}
