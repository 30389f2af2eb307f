/** A JSON Schema as the rows of a table: one per field, nested ones by dotted path. */
export type Schema = Record<string, unknown>;
export type SchemaRow = { path: string; type: string; required: boolean; description: string };

export function schemaRows(schema: Schema, prefix = ''): SchemaRow[] {
  const properties = (schema.properties ?? {}) as Record<string, Schema>;
  const required = new Set((schema.required ?? []) as string[]);
  return Object.entries(properties).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const row = { path, type: typeOf(field), required: required.has(name), description: String(field.description ?? '') };
    return [row, ...nestedRows(field, path)];
  });
}

function nestedRows(field: Schema, path: string): SchemaRow[] {
  if (field.properties) return schemaRows(field, `${path}.`);
  const items = field.items as Schema | undefined;
  if (items?.properties) return schemaRows(items, `${path}[].`);
  return [];
}

/** "string", "A | B", "number or null", "list of string". */
export function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.join(' | ');
  const choices = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined;
  if (choices) return [...new Set(choices.map(typeOf))].join(' or ');
  if (schema.type === 'array') return `list of ${typeOf((schema.items ?? {}) as Schema)}`;
  if (schema.format === 'date-time' || schema.format === 'date') return schema.format;
  return typeof schema.type === 'string' ? schema.type : 'any';
}
