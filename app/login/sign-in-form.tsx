'use client';
import { Button } from '@heroui/react/button';
import { useEffect, useRef, useState, useTransition } from 'react';
import { nextPath } from '../_live/session';
import { CodeLine } from '../_ui/code-line';
import { Lamp } from '../_ui/lamp';
import { TextInput } from '../_ui/text-input';
import { Wordmark } from '../_ui/wordmark';
import { signIn, takeCode } from './sign-in';

export function SignInForm() {
  const [credential, setCredential] = useState('');
  const { enter, isPending, refusal } = useSignIn();
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center gap-8 p-6">
      <Wordmark />
      <div className="flex flex-col gap-1">
        <h1 className="text-title font-semibold tracking-tight">Sign in</h1>
        <p className="text-table text-muted">
          Open the link that the server printed at its start, or paste a token or a code.
        </p>
      </div>
      <form
        className="flex flex-col gap-4"
        onSubmit={event => {
          event.preventDefault();
          enter(credential.trim());
        }}
      >
        <TextInput
          label="Token or code"
          type="password"
          mono
          value={credential}
          onChange={setCredential}
          placeholder="swb_admin_…"
        />
        {refusal === null ? null : (
          <p role="alert" className="flex items-start gap-2 text-table text-failed">
            <Lamp lamp="failed" className="mt-0.5" />
            {refusal}
          </p>
        )}
        <Button type="submit" fullWidth isPending={isPending} isDisabled={credential.trim() === ''}>
          {isPending ? 'Signing in' : 'Sign in'}
        </Button>
      </form>
      <div className="flex flex-col items-start gap-2 border-t border-border pt-6">
        <p className="text-xs text-muted">No link at hand? On the machine it runs on:</p>
        <CodeLine code="npm run login" />
      </div>
    </main>
  );
}

function useSignIn() {
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isPending, startTransition] = useTransition();
  const begun = useRef(false);
  const enter = (credential: string) =>
    startTransition(async () => {
      setRefusal(null);
      const trouble = await signIn(credential);
      // A whole load, so that nothing of a former session stays in memory.
      if (trouble === null) location.replace(nextPath(location.search));
      else setRefusal(trouble);
    });
  useEffect(() => {
    // The code works once: a second run of this effect must not spend it again.
    if (begun.current) return;
    begun.current = true;
    const code = takeCode();
    if (code !== null) enter(code);
  });
  return { enter, isPending, refusal };
}
