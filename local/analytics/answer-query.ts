/** Answers a query of GraphQL: `viewer`, the accounts in it, and the one dataset of an account. */
import type { LogStore } from "../logs/store.ts";
import { DATASET } from "./dataset.ts";
import { GraphQLError, notAuthorized } from "./graphql-error.ts";
import { readGroups } from "./groups.ts";
import { parseQuery, type Request, type Selection } from "./parse.ts";
import { inner, leaves, refuseField } from "./select.ts";

interface QueryParts {
  readonly store: LogStore;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The account whose analytics may be read. */
  readonly accountTag: string;
}

/** Returns the data that a query asks for. Throws a GraphQLError. */
export function answerQuery(request: Request, parts: QueryParts): object {
  return pick(parseQuery(request), ({ name, fields }) => {
    if (name === "__typename") return "query";
    if (name !== "viewer") throw refuseField("query", `field "${name}"`, ["viewer"]);
    return pick(leaves(fields, name), (each) => answerViewer(each, parts));
  });
}

function answerViewer({ name, args, fields }: Selection, parts: QueryParts): unknown {
  if (name === "__typename") return "viewer";
  if (name !== "accounts") throw refuseField("viewer", `field "${name}"`, ["accounts"]);
  const filter: unknown = args["filter"];
  const accountTag: unknown = Object(filter).accountTag;
  if (typeof accountTag !== "string" || Object.keys(Object(filter)).length > 1) {
    throw new GraphQLError(400, "error parsing args: filter of accounts is to name an accountTag");
  }
  if (accountTag !== parts.accountTag) throw notAuthorized();
  return [pick(leaves(fields, name), (each) => answerAccount(each, parts))];
}

function answerAccount(selection: Selection, parts: QueryParts): unknown {
  const { name } = selection;
  if (name === DATASET) return readGroups(parts.store, selection, parts.now);
  const plain = { accountTag: parts.accountTag, __typename: "account" };
  if (name !== "accountTag" && name !== "__typename") {
    throw refuseField("accounts", `field "${name}"`, [DATASET, "accountTag"]);
  }
  inner([selection], "accounts");
  return plain[name];
}

function pick(fields: readonly Selection[], answer: (field: Selection) => unknown): object {
  return Object.fromEntries(fields.map((field) => [field.key, answer(field)]));
}
