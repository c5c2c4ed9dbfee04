/** Passes a model's stream on unread. */
import type { StreamEnd } from "../line/request-line.ts";

/**
 * The runtime's own stream, through which a pipe stays native; the standard's `TransformStream` is
 * JavaScript. https://developers.cloudflare.com/workers/runtime-apis/streams/transformstream/
 */
declare const IdentityTransformStream: new () => TransformStream<Uint8Array, Uint8Array>;

/**
 * Passes a body on as it comes. Cancelling it cancels the model's, and where the model's breaks off,
 * so does the caller's connection. `onEnd` is called once.
 *
 * Not a `tee()` with an observer: then each piece is JavaScript's, and costs what a scan costs.
 */
export function passStream(
  body: ReadableStream<Uint8Array>,
  onEnd: (end: StreamEnd) => void,
): ReadableStream<Uint8Array> {
  const { readable, writable } = new IdentityTransformStream();
  body.pipeTo(writable).then(
    () => onEnd("complete"),
    () => onEnd("cut"),
  );
  return readable;
}
