import Link from 'next/link';

export default function NotFound() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-3 p-6">
      <h1 className="text-title font-semibold tracking-tight">There is no such page</h1>
      <p className="text-table text-muted">The address may be mistyped, or the page has moved.</p>
      <Link href="/" className="text-table font-medium underline underline-offset-2">
        To the dashboard
      </Link>
    </main>
  );
}
