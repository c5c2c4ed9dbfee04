/**
 * What a Worker may do with a model's stream at the least, one path each: pass it on unread, pass it
 * on and learn when it ends, pass it on with an observer beside it, only read it, or read it and
 * write it.
 *
 * @typedef {object} Env
 * @property {{ run(model: string, inputs: object, options: object): Promise<Response> }} AI
 * @property {string} GATEWAY_ID
 *
 * @typedef {{ waitUntil(promise: Promise<unknown>): void }} Context
 * @typedef {ReadableStream<Uint8Array>} Stream
 */

/**
 * The runtime's own, which a native pipe passes through; `new TransformStream()` is JavaScript.
 *
 * @type {new () => { readable: Stream, writable: WritableStream<Uint8Array> }}
 */
const IdentityTransformStream = Reflect.get(globalThis, "IdentityTransformStream");

/** @type {Record<string, (stream: Stream, context: Context) => Stream | Promise<Stream | null>>} */
const WAYS = {
  "/pass": (stream) => stream,
  "/pipe": (stream, context) => {
    const { readable, writable } = new IdentityTransformStream();
    context.waitUntil(stream.pipeTo(writable).catch(() => {}));
    return readable;
  },
  "/observe": (stream, context) => {
    const [passed, observed] = stream.tee();
    context.waitUntil(read(observed));
    return passed;
  },
  "/read": async (stream) => {
    await read(stream);
    return null;
  },
  "/write": (stream) => {
    const reader = stream.getReader();
    return new ReadableStream(
      {
        async pull(controller) {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        },
      },
      { highWaterMark: 0 },
    );
  },
};

/** @param {Stream} stream */
async function read(stream) {
  const reader = stream.getReader();
  while (!(await reader.read()).done);
}

export default {
  /**
   * @param {Request} request
   * @param {Env} env
   * @param {Context} context
   */
  async fetch(request, env, context) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the benchmark's own request
    const { model, ...inputs } = /** @type {{ model: string }} */ (await request.json());
    const response = await env.AI.run(model, inputs, {
      gateway: { id: env.GATEWAY_ID, collectLog: true },
      returnRawResponse: true,
    });
    const way = WAYS[new URL(request.url).pathname];
    if (way === undefined || response.body === null) return new Response(null, { status: 404 });
    const headers = { "content-type": "text/event-stream" };
    return new Response(await way(response.body, context), { headers });
  },
};
