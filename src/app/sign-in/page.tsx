import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { requestContext } from '#/server/trpc/page-query';
import { safeNextPath } from '#/ui/sign-in/next-path';
import { SignInForm } from '#/ui/sign-in/sign-in-form';

export const metadata: Metadata = { title: 'Sign in' };

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string; ended?: string }> }) {
  const { next, ended } = await searchParams;
  const path = safeNextPath(next);
  const { session } = await requestContext();
  if (session) redirect(path);
  return <SignInForm nextPath={path} ended={ended === '1'} />;
}
