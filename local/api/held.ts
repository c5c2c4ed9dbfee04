/**
 * What an account may hold beside everything that a stack declares: kept and listed, and without any
 * effect here. What would have one on calls cannot be made: its creation is 501, by name.
 */
import { randomUUID } from "node:crypto";

import { z } from "zod";

import { notImitated, paged, readBody, refuseUnknown } from "./envelope.ts";
import { GATEWAYS, gatewayOf, READ, WRITE } from "./gateways.ts";
import { param, type ApiContext, type Route } from "./route.ts";
import type { Permission } from "./token-record.ts";

const ACCOUNT = "/accounts/:account";
const GATEWAY = `${GATEWAYS}/:gateway`;

type Body = Readonly<Record<string, unknown>>;

interface Kind {
  readonly path: string;
  readonly read: readonly Permission[];
  /** The permissions that make and delete one; undefined where neither is imitated. */
  readonly write?: readonly Permission[];
  readonly fields?: z.ZodType<Body>;
  /** Makes the fields that the API adds to a new one. */
  readonly added?: (c: ApiContext) => Body;
  /** Answers with the list, in the form that the API has for it; in pages if absent. */
  readonly list?: (c: ApiContext, items: readonly Body[]) => unknown;
}

const KINDS: readonly Kind[] = [
  {
    path: `${GATEWAY}/policies`,
    read: WRITE,
    write: WRITE,
    fields: z.looseObject({ name: z.string(), action: z.looseObject({ type: z.string() }) }),
    added: toDraft,
    list: withoutDrafts,
  },
  { path: `${GATEWAY}/routes`, read: READ, list: (c, routes) => inData(c, { routes }) },
  {
    path: `${GATEWAY}/routes/:route/versions`,
    read: READ,
    list: (c, versions) => inData(c, { versions }),
  },
  {
    path: `${GATEWAY}/datasets`,
    read: READ,
    write: WRITE,
    fields: z.looseObject({
      name: z.string(),
      enable: z.boolean(),
      filters: z.array(z.looseObject({ key: z.string() })),
    }),
    added: (c) => ({ ...dated(), gateway_id: param(c, "gateway") }),
  },
  { path: `${GATEWAY}/evaluations`, read: READ },
  {
    path: `${ACCOUNT}/ai-gateway/custom-providers`,
    read: READ,
    write: WRITE,
    fields: z.looseObject({
      name: z.string(),
      slug: z.string(),
      base_url: z.url({ protocol: /^https$/ }),
      enable: z.boolean().default(false),
    }),
    added: dated,
  },
  { path: `${ACCOUNT}/logpush/transformers`, read: ["Logs Write"], list: (_, items) => items },
  { path: `${ACCOUNT}/members`, read: ["Account Settings Read"] },
];

export const HELD_ROUTES: readonly Route[] = KINDS.flatMap(routesOf);

function routesOf(kind: Kind): readonly Route[] {
  const { path, read, write } = kind;
  const list: NonNullable<Kind["list"]> = kind.list ?? paged;
  const listing: Route = ["GET", path, read, (c) => list(c, bodiesAt(c))];
  if (write === undefined) return [listing];
  return [
    listing,
    ["POST", path, write, (c) => create(c, kind)],
    ["DELETE", `${path}/:id`, write, remove],
  ];
}

/** Lists what is at the path of a request; throws an ApiError where its gateway is none. */
function bodiesAt(c: ApiContext): readonly Body[] {
  const place = placeOf(c);
  return c.env.account.list("held").flatMap((each) => (each.place === place ? [each.body] : []));
}

/** Returns the path of a list, below the account. */
function placeOf(c: ApiContext): string {
  if (c.req.param("gateway") !== undefined) gatewayOf(c);
  return c.req.path.split("/").slice(5).join("/");
}

async function create(c: ApiContext, { fields = z.looseObject({}), added }: Kind): Promise<object> {
  const place = placeOf(c);
  const body = { ...(await readBody(c, fields)), ...added?.(c), id: randomUUID() };
  c.env.account.put("held", body.id, { place, body, isDeclared: false });
  return body;
}

function remove(c: ApiContext): object {
  const id = param(c, "id");
  const record = c.env.account.find("held", id);
  if (record === undefined || `${record.place}/${id}` !== placeOf(c)) return refuseUnknown();
  c.env.account.remove("held", id);
  return record.body;
}

function dated(): Body {
  const now = new Date().toISOString();
  return { created_at: now, modified_at: now };
}

function toDraft(c: ApiContext): Body {
  if (c.req.query("commit") === "true") throw notImitated("an identity policy in force");
  const now = Math.floor(Date.now() / 1000);
  return { staging: true, created_at: now, updated_at: now };
}

function withoutDrafts(c: ApiContext, policies: readonly Body[]): readonly Body[] {
  const isAll = c.req.query("includeStaging") === "true";
  return policies.filter(({ staging }) => isAll || staging !== true);
}

/** Answers with a list as the API does for routes: under a name of its own, in no envelope. */
function inData(c: ApiContext, items: Readonly<Record<string, readonly Body[]>>): Response {
  const order = { order_by: "created_at", order_by_direction: "desc" };
  return c.json({ success: true, data: { ...order, page: 1, per_page: 50, ...items } });
}
