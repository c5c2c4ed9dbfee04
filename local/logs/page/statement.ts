/** What the stack states, beside its logs: the facts of its policy page. */
import { html } from "hono/html";

import { listGrounds, toAnswer } from "../../../policy/statement/page.ts";
import type { Fact } from "../../../policy/statement/statement.ts";
import type { Html } from "./format.ts";
import type { Stack } from "./stack.ts";

export function statementSection({ name, statement }: Stack): Html {
  const { gatewayId, tier, facts, waivers, fingerprint } = statement;
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

function row(fact: Fact): Html {
  return html`<tr>
    <th scope="row">${fact.question}</th>
    <td>${toAnswer(fact)}</td>
  </tr>`;
}
