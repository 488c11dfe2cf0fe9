/** How a run is opened without the page. */

const INTENT = 'Compare three CRM systems for us';

export const openByCurl = (origin: string): string =>
  `curl -X POST ${origin}/api/runs -H "Authorization: Bearer $SWITCHBOARD_TOKEN" -H "Content-Type: application/json" -d '${JSON.stringify({ intent: INTENT })}'`;

export const OPEN_BY_TOOL = `create_run ${JSON.stringify({ intent: INTENT })}`;
