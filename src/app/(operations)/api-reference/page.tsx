import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { openApiDocument } from '#/server/rest/openapi';
import { API_NOTES } from '#/server/rest/openapi-text';
import { ROUTES } from '#/server/rest/route-table';
import { requestContext } from '#/server/trpc/page-query';
import { ApiReference } from '#/ui/api-reference/api-reference';

export const metadata: Metadata = { title: 'API' };

export default async function ApiReferencePage() {
  const { session } = await requestContext();
  if (!session) redirect('/sign-in?next=%2Fapi-reference');
  return <ApiReference document={openApiDocument(ROUTES)} notes={API_NOTES} />;
}
