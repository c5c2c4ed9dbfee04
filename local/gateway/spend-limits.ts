/**
 * Budgets of a gateway. https://developers.cloudflare.com/ai-gateway/features/spend-limits/
 * As there, a request counts when it has ended, so that a burst can pass the limit.
 */
import type { GatewaySettings } from "../account.ts";
import type { RequestOptions } from "./options.ts";

/** Splits a rule by the values of something, or limits it to some of them. */
type Dimension =
  | { readonly mode: "partition" }
  | { readonly mode: "filter"; readonly values: readonly string[] };

type Rule = NonNullable<GatewaySettings["spendLimits"]>["rules"][number] & {
  readonly model?: Dimension | undefined;
  readonly aiGatewayProvider?: Dimension | undefined;
};

/** What decides to which budgets a request belongs. */
export interface Spender {
  readonly gatewayId: string;
  readonly model: string;
  readonly provider: string;
  readonly metadata: NonNullable<RequestOptions["metadata"]>;
}

/** A budget that is used up, in US dollars. */
export interface Exceeded {
  readonly bucket: string;
  readonly spent: number;
  readonly limit: number;
}

interface Spending {
  readonly at: number;
  readonly cost: number;
}

type Limits = GatewaySettings["spendLimits"];

/** Adds up what is spent, in memory: with the process the sums end. */
export class SpendLimiter {
  readonly #spent = new Map<string, readonly Spending[]>();
  readonly #now: () => number;

  /** `now` returns milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Returns the first budget that is used up; undefined where the request may be sent. */
  find(limits: Limits, spender: Spender): Exceeded | undefined {
    return bucketsOf(limits, spender)
      .map(({ bucket, rule }) => ({ bucket, spent: this.#sum(bucket, rule), limit: rule.limit }))
      .find(({ spent, limit }) => spent >= limit);
  }

  /** Counts what a request has cost in each of its budgets. */
  add(limits: Limits, spender: Spender, cost: number): void {
    if (cost === 0) return;
    for (const { bucket, rule } of bucketsOf(limits, spender)) {
      this.#spent.set(bucket, [...this.#current(bucket, rule), { at: this.#now(), cost }]);
    }
  }

  #sum(bucket: string, rule: Rule): number {
    return this.#current(bucket, rule).reduce((sum, { cost }) => sum + cost, 0);
  }

  /** Lists what counts now. A fixed window begins with the first cost after the one before it. */
  #current(bucket: string, { window, technique }: Rule): readonly Spending[] {
    const all = this.#spent.get(bucket) ?? [];
    const end = this.#now() - window * 1000;
    if (technique === "sliding") return all.filter(({ at }) => at > end);
    return (all[0]?.at ?? 0) > end ? all : [];
  }
}

/** Lists the budgets of a request, each with its rule. */
function bucketsOf(limits: Limits, spender: Spender) {
  const rules: readonly Rule[] = limits?.enabled === true ? limits.rules : [];
  return rules.flatMap((rule) => {
    const parts = rule.enabled ? partsOf(rule, spender) : undefined;
    if (parts === undefined) return [];
    return [{ rule, bucket: JSON.stringify([spender.gatewayId, rule.id, ...parts]) }];
  });
}

/** Lists the values by which a rule splits; undefined where the rule is for other requests. */
function partsOf(rule: Rule, { model, provider, metadata }: Spender): string[] | undefined {
  const dimensions: readonly (readonly [Dimension | undefined, string])[] = [
    [rule.aiGatewayProvider, provider],
    // Filters name the models of Workers AI without their prefix.
    [rule.model, withoutPrefix(model)],
    ...Object.entries(rule.metadata ?? {}).map(
      // Without that key, requests share a budget of their own (chosen).
      ([key, dimension]) => [dimension, String(metadata[key] ?? "")] as const,
    ),
  ];
  const applies = dimensions.every(
    ([dimension, value]) =>
      dimension?.mode !== "filter" ||
      dimension.values.some((each) => withoutPrefix(each) === value),
  );
  if (!applies) return undefined;
  return dimensions.flatMap(([dimension, value]) =>
    dimension?.mode === "partition" ? [value] : [],
  );
}

function withoutPrefix(model: string): string {
  return model.replace(/^@cf\//, "");
}
