/** What a caller may use: models of its own, their names, and a limit of its own. */
import { createHash } from "node:crypto";

import { expect, test } from "vitest";

import { MODEL_WAYS, REPLIES } from "../support/endpoint-requests.ts";
import { errorOf, startWorker } from "../support/workerd.ts";

const sha256 = (token: string) => createHash("sha256").update(token).digest("hex");
const OLD = { id: "@cf/old/model", speaks: "workers-ai", name: "gpt-5" };
const NEW = { id: "@cf/new/model", speaks: "workers-ai" };
const MODELS = JSON.stringify([OLD, NEW]);
const CALLERS = JSON.stringify([
  { name: "all", sha256: sha256("all") },
  { name: "own", sha256: sha256("own"), models: [NEW.id] },
]);
const bindings = { MODELS, CALLERS };
const as = (token: string) => ({ authorization: `Bearer ${token}` });

test("a model is listed under its name, too, which has the id behind it as root", async () => {
  const worker = await startWorker({ bindings });

  const list = await worker.ask("/v1/models", { headers: as("all") });
  const one = await worker.ask("/v1/models/gpt-5", { headers: as("all") });

  const described = (id: string, owned_by: string) => ({
    id,
    object: "model",
    created: 0,
    owned_by,
    type: "model",
    display_name: id,
    created_at: "1970-01-01T00:00:00Z",
  });
  const name = { ...described("gpt-5", "old"), root: "@cf/old/model" };
  expect(await list.json()).toEqual({
    object: "list",
    data: [described("@cf/old/model", "old"), name, described("@cf/new/model", "new")],
    has_more: false,
    first_id: "@cf/old/model",
    last_id: "@cf/new/model",
  });
  expect(await one.json()).toEqual(name);
});

test("a request for a name calls the model behind it, and says which answered", async () => {
  const worker = await startWorker({ ...REPLIES, bindings });

  for (const way of MODEL_WAYS.filter(({ method }) => method === "POST")) {
    const { method } = way;
    const body = way.body("gpt-5");
    const response = await worker.ask(way.path, { method, body, headers: as("all") });
    await response.arrayBuffer();

    expect({ way: way.name, model: response.headers.get("x-model") }).toEqual({
      way: way.name,
      model: "@cf/old/model",
    });
  }
  const asked = worker.calls.map(({ headers }) => headers["mf-header-cf-consn-model-id"]);
  expect(new Set(asked)).toEqual(new Set(["@cf/old/model"]));
});

test("a caller with models of its own is listed those alone", async () => {
  const worker = await startWorker({ bindings });

  const response = await worker.ask("/v1/models", { headers: as("own") });

  expect(await response.json()).toMatchObject({ data: [{ id: "@cf/new/model" }] });
});

test.each(["@cf/old/model", "gpt-5", "@cf/x/y"])(
  "%s is to a caller with other models as one that is not served",
  async (model) => {
    const worker = await startWorker({ bindings });
    const headers = as("own");
    const refused = {
      code: "model_not_found",
      param: "model",
      message: `model "${model}" is not served here; served are @cf/new/model`,
    };

    const one = await worker.ask(`/v1/models/${model}`, { headers });
    expect(one.status).toBe(404);
    expect(await errorOf(one)).toMatchObject(refused);
    for (const { name, path, method, body } of MODEL_WAYS.filter((way) => way.method === "POST")) {
      const response = await worker.ask(path, { method, headers, body: body(model) });
      expect({ name, ...(await errorOf(response)) }).toMatchObject({ name, ...refused });
    }
    expect(worker.calls).toEqual([]);
  },
);

test("the first look asks the first model that the caller may use", async () => {
  const worker = await startWorker({ bindings });

  const response = await worker.ask("/", { headers: as("own") });

  expect(response.headers.get("x-model")).toBe("@cf/new/model");
});

test("a fallback that is not among the caller's models is not asked", async () => {
  const reply = () => ({ status: 503, body: {} });
  const FALLBACKS = JSON.stringify([OLD.id]);
  const worker = await startWorker({ bindings: { ...bindings, FALLBACKS }, reply });
  const [way] = MODEL_WAYS.filter(({ method }) => method === "POST");
  const body = way?.body(NEW.id) ?? null;
  const ask = async (token: string) => {
    await worker.ask(way?.path ?? "", { method: "POST", body, headers: as(token) });
    return worker.calls.splice(0).map(({ headers }) => headers["mf-header-cf-consn-model-id"]);
  };

  expect(await ask("all")).toEqual([NEW.id, OLD.id]);
  expect(await ask("own")).toEqual([NEW.id]);
});

test("a caller with a limit of its own is counted by that, and no other caller is", async () => {
  const limited = {
    CALLER_LIMIT_1_PER_60S: 1,
    CALLER_LIMIT_3_PER_60S: 3,
    CALLER_LIMIT_0_PER_10S: 0,
  };
  const callers = [
    { name: "one", sha256: sha256("one"), limit: "CALLER_LIMIT_1_PER_60S" },
    { name: "another", sha256: sha256("another"), limit: "CALLER_LIMIT_1_PER_60S" },
    { name: "three", sha256: sha256("three"), limit: "CALLER_LIMIT_3_PER_60S" },
    { name: "two", sha256: sha256("two") },
    { name: "ten", sha256: sha256("ten"), limit: "CALLER_LIMIT_0_PER_10S" },
  ];
  const scene = { bindings: { CALLERS: JSON.stringify(callers) }, callerLimit: 2 };
  const worker = await startWorker({ ...scene, ownLimits: limited });
  const served = async (token: string) => {
    const answers: Response[] = [];
    for (let count = 0; count < 4; count++) {
      answers.push(await worker.ask("/v1/models", { headers: as(token) }));
    }
    const after = answers.at(-1)?.headers.get("retry-after");
    return [answers.filter(({ ok }) => ok).length, after];
  };

  expect(await served("one")).toEqual([1, "60"]);
  expect(await served("another")).toEqual([1, "60"]);
  expect(await served("three")).toEqual([3, "60"]);
  expect(await served("two")).toEqual([2, "60"]);
  expect(await served("ten")).toEqual([0, "10"]);
});

test("a limit that the deploy did not bind stops the Worker, and is named", async () => {
  const callers = [{ name: "web", sha256: sha256("web"), limit: "CALLER_LIMIT_1_PER_60S" }];
  const worker = await startWorker({ bindings: { CALLERS: JSON.stringify(callers) } });

  const response = await worker.ask("/v1/models", { headers: as("web") });

  expect(response.status).toBe(500);
  expect(await errorOf(response)).toMatchObject({
    code: "misconfigured",
    message: expect.stringContaining("unusable bindings: CALLER_LIMIT_1_PER_60S;"),
  });
});
