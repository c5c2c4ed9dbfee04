/** A page that cites others carries the day of what it cites. However old that is, no test fails by it. */
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";
import { z } from "zod";

import { ROOT } from "../support/settings.ts";

const CITES = /\]\(https:\/\/(?:[\w-]+\.)*(?:cloudflare|pulumi|github)\.com\//;
const DAY = /^# .+\n\nExternal facts as of (\S+); a date beside a fact is its own\.$/m;

const pages = await Array.fromAsync(glob("docs/**/*.md", { cwd: ROOT, exclude: ["docs/policy"] }));

test.each(pages)("%s has the day of what it cites", async (page) => {
  const text = await readFile(join(ROOT, page), "utf8");
  const [, day] = DAY.exec(text) ?? [];

  expect(CITES.test(text) && !z.iso.date().safeParse(day).success).toBe(false);
});
