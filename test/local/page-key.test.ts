/** What shows prompts and logs over loopback is for whoever has the printed address, and no other user of the machine. */
import { beforeAll, expect, onTestFinished, test } from "vitest";

import { startAccount, keepLog, type RunningAccount } from "../support/account.ts";
import { visit } from "../support/visit.ts";

const BODIES = { request: '{"prompt":"a secret prompt"}', response: '{"response":"hi"}' };
const REFUSAL =
  "this page needs the key of its run: open the address that npm start printed after Logs; a second npm start prints it again\n";

let running: RunningAccount;
let cookie: string;
beforeAll(async () => {
  running = await startAccount();
  keepLog(running.store, { id: "kept" }, BODIES);
  ({ cookie } = await visit(running.page));
  return () => running.stop();
});

test.each([
  ["GET", "/"],
  ["HEAD", "/"],
  ["GET", "/logs/kept"],
  ["GET", "/?q=secret"],
  ["GET", "/nothing"],
  ["GET", "//"],
  ["POST", "/workers/talk/cron"],
  ["DELETE", "/"],
])("%s %s is answered with the key alone", async (method, path) => {
  const { name, value } = parts(cookie);
  const wrong = [
    {},
    { cookie: `${name}=` },
    { cookie: `${name}=${value.slice(1)}` },
    { cookie: `${name}x=${value}` },
    { cookie: `x${name}=${value}; ${name}=wrong` },
    // Of the account, which callers and programs have.
    { authorization: `Bearer ${running.key}` },
    { "sec-fetch-site": "same-origin" },
  ];
  for (const headers of wrong) {
    const { status, body } = await ask(path, { method, headers });
    expect({ headers, status, body }).toEqual({
      headers,
      status: 401,
      body: method === "HEAD" ? "" : REFUSAL,
    });
  }
  expect((await ask(path, { method, headers: { cookie } })).status).not.toBe(401);
});

test.each(["/?key=", "/?key=wrong", "/logs/kept?key=wrong&key="])(
  "%s opens nothing and leaves no cookie",
  async (path) => {
    const { status, headers } = await ask(path);

    expect([status, headers.get("set-cookie")]).toEqual([401, null]);
  },
);

test("the printed address leaves the key in a cookie and not in the address", async () => {
  const { value } = parts(cookie);
  const { status, headers, body } = await ask(
    `/logs/kept?q=secret&${running.page.search.slice(1)}`,
  );

  expect({ status, body }).toEqual({ status: 303, body: "" });
  expect(headers.get("location")).toBe(new URL("/logs/kept?q=secret", running.url).href);
  expect(headers.get("set-cookie")).toBe(
    `logs-${running.url.port}=${value}; Path=/; HttpOnly; SameSite=Strict`,
  );
  const { body: page } = await ask("/logs/kept", { headers: { cookie: `a=b; ${cookie}; c=d` } });
  expect(page).toContain("a secret prompt");
});

test("the address leads to no other server, and a key in a form is none", async () => {
  const { search } = running.page;

  const { headers } = await ask(`/..//evil.test/${search}`);
  const posted = await ask(`/workers/talk/cron${search}`, { method: "POST" });

  expect(new URL(headers.get("location") ?? "").host).toBe(running.url.host);
  expect(posted.status).toBe(401);
});

test("the key has 256 bits, is new in each run, and is none of the account's", async () => {
  const other = await startAccount();
  onTestFinished(() => other.stop());

  const keys = [running, other].map(({ page }) => page.searchParams.get("key"));

  expect(keys).toEqual([
    expect.stringMatching(/^[\w-]{43}$/),
    expect.stringMatching(/^[\w-]{43}$/),
  ]);
  expect(new Set(keys).size).toBe(2);
  expect(keys).not.toContain(running.key);
});

async function ask(path: string, init: RequestInit = {}) {
  const response = await fetch(running.url.origin + path, { redirect: "manual", ...init });
  const { status, headers } = response;
  return { status, headers, body: await response.text() };
}

function parts(text: string): { readonly name: string; readonly value: string } {
  const [name = "", value = ""] = text.split("=");
  return { name, value };
}
