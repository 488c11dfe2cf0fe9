/** How a run is opened without the page. */

const BODY = JSON.stringify({ intent: 'Compare three CRM systems for us' });

export const openByCurl = (origin: string): string =>
  [
    `curl -X POST ${origin}/api/runs`,
    `-H "Authorization: Bearer $SWITCHBOARD_TOKEN"`,
    `-H "Content-Type: application/json"`,
    `-d '${BODY}'`,
  ].join(' \\\n  ');

export const OPEN_BY_TOOL = `create_run ${BODY}`;
