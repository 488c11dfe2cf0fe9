/**
 * The body's bytes until it ends, or until the signal does: then it throws the signal's reason and drops the
 * connection. The signal given to `fetch` is not enough: Node 20's fetch holds its end of it weakly, so that after a
 * garbage collection an abort no longer reaches a body being read, and a read of a silent stream hangs for ever.
 */
export async function* bodyChunks(response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  const cancel = () => void reader.cancel(signal.reason).catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    signal.throwIfAborted();
    for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
    // A cancelled read ends like a finished one.
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', cancel);
    // Frees the socket when the reading was given up half way; on a body read to its end it does nothing.
    await reader.cancel().catch(() => undefined);
  }
}

export async function bodyText(response: Response, signal: AbortSignal): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of bodyChunks(response, signal)) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}
