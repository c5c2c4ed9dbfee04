/** The cron triggers of a gateway's Workers: here they run when a person fires them. */
import { html } from "hono/html";

import { textBinding } from "../../account.ts";
import type { AccountState } from "../../api/state.ts";
import type { Html } from "./format.ts";

/** Lists the triggers of a gateway's Workers; empty where there are none. */
export function triggersSection(account: AccountState, gateway: string): Html | "" {
  const workers = account
    .list("workers")
    .filter((worker) => worker.crons.length > 0 && textBinding(worker, "GATEWAY_ID") === gateway);
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
