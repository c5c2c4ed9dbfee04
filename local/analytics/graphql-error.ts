/**
 * An error in the form of the GraphQL API: with a path and a time, and for a missing permission with
 * a code. https://developers.cloudflare.com/analytics/graphql-api/errors/
 */
export class GraphQLError extends Error {
  readonly status: 400 | 403 | 501;
  readonly path: readonly string[] | null;

  constructor(
    status: GraphQLError["status"],
    message: string,
    path: readonly string[] | null = null,
  ) {
    super(message);
    this.status = status;
    this.path = path;
  }

  /** Makes the body of a GraphQL answer that has this error and no data. */
  toAnswer(now: Date): object {
    const { message, path, status } = this;
    const extensions = { ...(status === 403 && { code: "authz" }), timestamp: now.toISOString() };
    return { data: null, errors: [{ message, path, extensions }] };
  }
}

/** Refuses an account whose analytics the token may not read. */
export function notAuthorized(): GraphQLError {
  return new GraphQLError(403, "not authorized for that account", ["viewer", "accounts", "0"]);
}
