/**
 * The least that asks a model through a gateway and passes the text on: no callers, no checks, no protocol of its own.
 *
 * @typedef {object} Env
 * @property {{ run(model: string, inputs: object, options: object): Promise<Response> }} AI
 * @property {string} GATEWAY_ID
 *
 * @typedef {{ model: string, stream?: boolean }} Body
 */
export default {
  /**
   * @param {Request} request
   * @param {Env} env
   */
  async fetch(request, env) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the benchmark's own request
    const { model, ...inputs } = /** @type {Body} */ (await request.json());
    const response = await env.AI.run(model, inputs, {
      gateway: {
        id: env.GATEWAY_ID,
        collectLog: true,
        eventId: crypto.randomUUID(),
        metadata: { stack: "bench", caller: "web", release: "abc123", route: "/" },
      },
      extraHeaders: { "cf-aig-collect-log-payload": "false" },
      returnRawResponse: true,
    });
    const type = response.headers.get("content-type") ?? "";
    const body = inputs.stream === true ? response.body : await response.text();
    return new Response(body, { headers: { "content-type": type } });
  },
};
