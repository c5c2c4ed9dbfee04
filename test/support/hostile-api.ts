/** An API whose every text is somebody else's, in the shapes that Cloudflare's has. */
import { REQUIRED } from "../../ops/probe/scratch.ts";

/** What a terminal, a page, and the runner of a workflow would obey. */
export const HOSTILE = [
  "\u001B[2K\u001B[1A\u009B31m\u202Eeverybody\u2066\r\u2028\u0000\uD800|<img src=x>[a](//b)@octocat",
  "::error::first",
  "  ::set-output name=x::y",
  "plain ##[error]third ##[add-mask]web",
].join("\n");

/** Answers a request as an API with that text does. */
export function answerHostile(request: Request): Response {
  const { pathname, searchParams } = new URL(request.url);
  const isLater = Number(searchParams.get("page") ?? 1) > 1;
  const name = Object.keys(RESULTS).find((end) => new RegExp(`${end}$`).test(pathname)) ?? "";
  if (/\/logs\/[^/]+\/(?:request|response)$/.test(pathname)) return new Response(HOSTILE);
  const inData = IN_DATA[pathname.slice(pathname.lastIndexOf("/") + 1)];
  if (inData !== undefined) return envelope(200, { data: { page: 1, per_page: 50, ...inData } });
  const result = RESULTS[name] ?? HOSTILE;
  return envelope(200, { result: isLater && Array.isArray(result) ? [] : result });
}

/** Refuses a request with that text for each of its reasons. */
export function refuseHostile(): Response {
  return envelope(400, { result: null, errors: [{ code: 1, message: HOSTILE }] });
}

function envelope(status: number, body: object): Response {
  const whole = { success: status === 200, errors: [], messages: [HOSTILE], ...body };
  return Response.json(whole, { status, statusText: "hostile" });
}

const LOG = {
  id: HOSTILE,
  created_at: "2026-11-22T00:00:00Z",
  success: true,
  cached: false,
  model: HOSTILE,
  provider: HOSTILE,
  metadata: { caller: "web", [HOSTILE]: HOSTILE },
  request_head: HOSTILE,
  response_head: HOSTILE,
};

const GATEWAY = {
  ...REQUIRED,
  id: HOSTILE,
  created_at: "2026-01-01T00:00:00Z",
  collect_logs: true,
  rate_limiting_technique: HOSTILE,
  log_management_strategy: HOSTILE,
  guardrails: { prompt: { [HOSTILE]: HOSTILE }, response: {} },
  otel: [{ url: HOSTILE, headers: { [HOSTILE]: HOSTILE }, content_type: HOSTILE }],
  dlp: { action: HOSTILE, enabled: true, profiles: [HOSTILE] },
  [HOSTILE]: HOSTILE,
};

const TOKEN = {
  id: HOSTILE,
  name: HOSTILE,
  status: "active",
  condition: { request_ip: { in: [HOSTILE] } },
  policies: [
    {
      effect: "allow",
      permission_groups: [{ name: "AI Gateway Read" }, { name: HOSTILE }],
      resources: { [HOSTILE]: "*" },
    },
  ],
};

const JOB = {
  id: 1,
  name: HOSTILE,
  dataset: "ai_gateway_events",
  enabled: true,
  destination_conf: `r2://${HOSTILE}`,
  last_error: "2026-11-22T00:00:00Z",
  error_message: HOSTILE,
  filter: HOSTILE,
};

const SETTINGS = {
  bindings: [
    { type: "plain_text", name: "GATEWAY_ID", text: HOSTILE },
    { type: "ai", name: HOSTILE },
  ],
};

const ELEMENT = { type: "model", properties: { model: HOSTILE, provider: HOSTILE } };

/** What an account holds that no stack declares. */
const HELD = {
  "/policies": [{ name: HOSTILE, action: { type: HOSTILE }, enabled: true }],
  "/datasets": [{ name: HOSTILE, enable: true, filters: [{ key: HOSTILE }] }],
  "/evaluations": [{ name: HOSTILE, total_logs: 1, datasets: [{ name: HOSTILE }] }],
  "/custom-providers": [
    {
      slug: HOSTILE,
      base_url: `https://${HOSTILE}`,
      enable: true,
      headers: JSON.stringify({ [HOSTILE]: HOSTILE }),
    },
  ],
  "/transformers": [{ name: HOSTILE, dataset: "ai_gateway_events", associated_jobs: [{ id: 1 }] }],
  "/alerting/v3/policies": [
    {
      name: HOSTILE,
      alert_type: "billing_usage_alert",
      enabled: true,
      mechanisms: { email: [{ id: HOSTILE }] },
    },
  ],
  "/members": [{ id: HOSTILE, email: HOSTILE, status: HOSTILE, roles: [{ name: HOSTILE }] }],
};

/** The bodies in which a list stands under a name of its own. */
const IN_DATA: Readonly<Record<string, object>> = {
  routes: {
    routes: [{ id: "r", name: HOSTILE, elements: [ELEMENT], deployment: { version_id: HOSTILE } }],
  },
  versions: { versions: [{ version_id: HOSTILE }] },
};

/** The results, by the end of the path. */
const RESULTS: Readonly<Record<string, unknown>> = {
  "/logs": [LOG],
  "/logs/[^/]+": LOG,
  "/gateways": [GATEWAY],
  "/gateways/[^/]+": GATEWAY,
  "/tokens/verify": { id: "t", status: HOSTILE },
  "/tokens": [TOKEN],
  "/tokens/[^/]+": TOKEN,
  "/scripts": [{ id: HOSTILE }],
  "/scripts/[^/]+/(?:script-)?settings": SETTINGS,
  "/schedules": { schedules: [{ cron: HOSTILE }] },
  "/subdomain": { enabled: true, previews_enabled: true, subdomain: HOSTILE },
  "/domains": [{ hostname: HOSTILE, service: HOSTILE }],
  "/jobs": [JOB],
  ...HELD,
  "/lifecycle": { rules: [{ id: HOSTILE, conditions: { prefix: HOSTILE } }] },
};
