/** What `GET /v1/models` answers, and `GET /v1/models/{id}` for one of them. */
export function modelList(models: readonly string[]): object {
  return { object: "list", data: models.map(describeModel) };
}

/** `@cf/meta/llama-…` is owned by `meta`, `openai/gpt-…` by `openai`. The protocol wants a date, and nothing here knows one. */
export function describeModel(id: string): object {
  const owner = id.split("/").at(-2);
  return { id, object: "model", created: 0, owned_by: owner ?? "" };
}
