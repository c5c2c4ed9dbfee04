/** Workers with a cron trigger that look after a gateway's logs: here they run when a person fires them. */
import { html } from "hono/html";

import type { AccountState } from "../../api/state.ts";
import type { WorkerRecord } from "../../api/worker-record.ts";
import type { Html } from "./format.ts";

export function triggersSection(account: AccountState, gateway: string): Html | "" {
  const workers = Object.values(account.state.workers).filter(
    (worker) => worker.crons.length > 0 && gatewayOf(worker) === gateway,
  );
  if (workers.length === 0) return "";
  return html`<section aria-labelledby="triggers">
    <h2 id="triggers">Cron triggers</h2>
    ${workers.map(
      ({ name, crons }) =>
        html`<form method="post" action="/workers/${name}/cron">
          <p>${name}: at ${crons.join(", ")} (UTC) once deployed; here when you say so.</p>
          <button>Run ${name} now</button>
        </form>`,
    )}
  </section>`;
}

function gatewayOf({ bindings }: WorkerRecord): string | undefined {
  const binding = bindings.find(({ name }) => name === "GATEWAY_ID");
  return binding !== undefined && "text" in binding ? binding.text : undefined;
}
