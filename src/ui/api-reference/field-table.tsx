import type { SchemaRow } from './schema-rows';
import { WithCode } from './with-code';

/** Fields with their type; `caption` names the table. */
export function FieldTable({ caption, rows }: { caption: string; rows: readonly SchemaRow[] }) {
  return (
    <table className="w-full table-fixed border-collapse text-xs">
      <caption className="pb-1 text-left font-medium">{caption}</caption>
      <thead className="text-left text-muted">
        <tr>
          <th scope="col" className="w-2/5 py-1 pr-3 font-medium">
            Field
          </th>
          <th scope="col" className="w-1/5 py-1 pr-3 font-medium">
            Type
          </th>
          <th scope="col" className="py-1 font-medium">
            Meaning
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.path} className="border-t border-line align-top">
            <th scope="row" className="py-1 pr-3 text-left font-mono font-normal break-words">
              {row.path}
              {row.required && <span className="font-sans text-muted"> required</span>}
            </th>
            <td className="py-1 pr-3 break-words">{row.type}</td>
            <td className="py-1 break-words text-muted">
              <WithCode text={row.description} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
