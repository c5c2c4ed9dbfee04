/** What the stack states, beside its logs: the facts of its policy, from the file as it runs. */
import { html } from "hono/html";

import { listGrounds, toAnswer } from "../../../policy/statement/page.ts";
import type { Html } from "./format.ts";
import { factsTable, type Fact } from "./layout.ts";
import type { Stack } from "./stack.ts";

export function statementSection({ name, statement }: Stack): Html {
  const { gatewayId, tier, facts, waivers, fingerprint } = statement;
  const rows = [
    ...facts.map((fact): Fact => [fact.question, toAnswer(fact)]),
    ...waivers.map(({ rule, until, reason }): Fact => {
      return [`Exception from ${rule}`, `until ${until}: ${reason}`];
    }),
  ];
  return html`<section aria-labelledby="statement">
    <h2 id="statement">What stack ${name} does with prompts and logs</h2>
    ${factsTable(`${gatewayId} (${tier}), as Pulumi.${name}.yaml has it`, rows)}
    ${listGrounds(statement).map(
      ({ title, lines }) =>
        html`<h3>${title}</h3>
          <ul>
            ${lines.map((line) => html`<li>${line}</li>`)}
          </ul>`,
    )}
    <p>Fingerprint <code>${fingerprint}</code></p>
  </section>`;
}
