/** The permissions of tokens, in one list and on the pages. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { deployPermissions, verifyPermissions } from "../../policy/gateway/permissions.ts";
import { inDashboard } from "../../policy/platform.ts";
import { PUBLIC_KEY } from "../support/public-key.ts";
import { ROOT, stackWith } from "../support/settings.ts";

test("the pages' permissions are those of the one list", () => {
  const logpush = { bucket: "shop-logs", keepDays: 30, publicKey: PUBLIC_KEY };
  const alerts = { email: "ops@example.com" };
  const providers = [{ provider: "openai", key: "sk-of-a-test" }];
  const keys = { secretsStoreId: "0".repeat(32), providers };
  const { settings } = stackWith("prod", { plan: "paid", logpush, alerts, ...keys });
  const all = deployPermissions(settings).map((name) => inDashboard(name));
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const workflows = readFileSync(join(ROOT, "docs/workflows.md"), "utf8");
  const [row = ""] = /^\| `CLOUDFLARE_API_TOKEN` of `dev`.*$/m.exec(workflows) ?? [];

  expect(all).toHaveLength(7);
  for (const name of all) {
    expect(readme).toContain(`**${name}**`);
    expect(row).toContain(name);
  }
  expect(row.match(/Edit/g)).toHaveLength(all.length);
  expect(deployPermissions(stackWith("dev").settings)).toEqual([
    "AI Gateway Write",
    "Workers Scripts Write",
  ]);

  const cells =
    /^\| `CLOUDFLARE_VERIFY_TOKEN` \|.*$/m.exec(workflows)?.[0].split("|").slice(2) ?? [];
  const named = cells.flatMap((cell) => cell.split(",")).map((name) => name.trim());
  expect(named.filter((name) => /\w/.test(name)).toSorted()).toEqual(
    verifyPermissions(settings)
      .map((name) => inDashboard(name))
      .toSorted(),
  );
});
