/**
 * What a person sees while something takes long: one line a step, with its seconds. On stderr, because stdout may
 * belong to a protocol. A quick step that found nothing to do says nothing.
 */

/** Before this a step is not worth a line. */
const SHOW_AFTER_MS = 400;
/** On a terminal the seconds count; in a log a line now and then shows that it still moves. */
const TERMINAL_TICK_MS = 1_000;
const LOG_TICK_MS = 15_000;

const seconds = since => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const write = text => process.stderr.write(text);

/** Says one thing, on a line of its own. */
export const say = line => write(`switchboard: ${line}\n`);

/**
 * Runs one step under its title. `work` gets `note(text)`, for what is known on the way (megabytes, a version), and may
 * return a word on how it went.
 */
export async function step(title, work) {
  const live = process.stderr.isTTY === true;
  const startedAt = performance.now();
  let shown = false;
  let detail = '';
  const show = () => {
    const text = `switchboard: ${title}${detail && ` (${detail})`} … ${Math.round((performance.now() - startedAt) / 1000)} s`;
    write(live ? `\r\u001b[2K${text}` : `${text}\n`);
    shown = true;
  };
  let timer = setTimeout(() => {
    show();
    timer = setInterval(show, live ? TERMINAL_TICK_MS : LOG_TICK_MS);
  }, SHOW_AFTER_MS);
  try {
    const outcome = await work(text => void (detail = text));
    if (shown)
      write(`${live ? '\r\u001b[2K' : ''}switchboard: ${title}: ${outcome ?? 'done'}, ${seconds(startedAt)}\n`);
  } catch (error) {
    write(`${live && shown ? '\r\u001b[2K' : ''}switchboard: ${title}: failed after ${seconds(startedAt)}\n`);
    throw error;
  } finally {
    clearTimeout(timer);
    clearInterval(timer);
  }
}
