/** What the stack states, beside its logs: the facts of its policy page. */
import { html } from "hono/html";

import { openPoints } from "../../../policy/render.ts";
import type { Fact } from "../../../policy/statement.ts";
import type { Html } from "./format.ts";
import type { Stack } from "./stack.ts";

export function statementSection({ name, statement }: Stack): Html {
  const { gatewayId, tier, facts, waivers, fingerprint } = statement;
  const open = openPoints(statement);
  const exceptions = waivers.map(({ rule, until, reason }): Fact => {
    return {
      id: rule,
      question: `Exception from ${rule}`,
      answer: `until ${until}: ${reason}`,
      value: rule,
    };
  });
  return html`<section aria-labelledby="statement">
    <h2 id="statement">What stack ${name} does with prompts and logs</h2>
    <table class="facts">
      <caption>
        ${gatewayId} (${tier}), as docs/policy/${name}.md states it
      </caption>
      <tbody>
        ${[...facts, ...exceptions].map(row)}
      </tbody>
    </table>
    ${
      open.length === 0
        ? ""
        : html`<h3>Not proved without an account</h3>
            <ul>
              ${open.map(({ point, text }) => html`<li>point ${point}: ${text}</li>`)}
            </ul>`
    }
    <p>Fingerprint <code>${fingerprint}</code></p>
  </section>`;
}

function row({ question, answer, notProved = [] }: Fact): Html {
  const points = notProved.map(({ point }) => point).join(", ");
  return html`<tr>
    <th scope="row">${question}</th>
    <td>${answer}${points === "" ? "" : ` (not proved: ${points})`}</td>
  </tr>`;
}
