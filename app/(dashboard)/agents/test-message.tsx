'use client';
import { Button } from '@heroui/react/button';
import { SendHorizontal } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { AgentType } from '@/lib/domain/agent-type/schema';
import type { Message } from '@/lib/domain/message/schema';
import { api } from '@/app/_live/api';
import { newIdempotencyKey } from '@/app/_live/idempotency-key';
import { useAction } from '@/app/_live/use-action';
import { Dialog } from '@/app/_ui/dialog';
import { TextInput } from '@/app/_ui/text-input';

const FIRST_WORDS = 'This is a test. Say in one sentence who you are, and name the tools that you have.';

/** One message to the type as it is saved; its thread then shows who claims it and what comes back. */
export function TestMessage({ agent }: { agent: AgentType }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button size="sm" variant="ghost" aria-label="Send a test message" onPress={() => setOpen(true)}>
        <SendHorizontal /> <span className="hidden sm:inline">Test</span>
      </Button>
      <Dialog isOpen={isOpen} onClose={() => setOpen(false)} title={`Test ${agent.slug}`} size="md">
        <TestForm agent={agent} onClose={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function TestForm({ agent, onClose }: { agent: AgentType; onClose: () => void }) {
  const router = useRouter();
  const [body, setBody] = useState(FIRST_WORDS);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [key] = useState(newIdempotencyKey);
  const send = useAction<void, Message>({
    run: () =>
      api.post<Message>(
        '/api/messages',
        { subject: `Test of ${agent.slug}, revision ${agent.revision}`, body, assignedTo: agent.slug },
        { idempotencyKey: key },
      ),
    onDone: ({ threadId }) => {
      onClose();
      router.push(`/threads/${threadId}`);
    },
    onRefused: setRefusal,
  });
  const holds = !agent.enabled ? 'disabled' : agent.paused ? 'paused' : null;
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={event => {
        event.preventDefault();
        send.mutate();
      }}
    >
      <TextInput
        label="Message"
        hint={`It goes to revision ${agent.revision}, as it is saved; a thread of its own shows what comes of it`}
        rows={4}
        autoFocus
        value={body}
        onChange={setBody}
      />
      {holds === null ? null : (
        <p className="text-table text-waiting">The type is {holds}: the message is held until it is not.</p>
      )}
      {refusal === null ? null : (
        <p role="alert" className="text-table text-failed">
          Not sent: {refusal}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button variant="ghost" onPress={onClose}>
          Cancel
        </Button>
        <Button type="submit" isPending={send.isPending} isDisabled={body.trim() === ''}>
          Send the test
        </Button>
      </div>
    </form>
  );
}
