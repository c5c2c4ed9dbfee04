/** Converts exported copies, the field `otels`. */
import { z } from "zod";

import type { Settings } from "../../settings/settings.ts";
import { readItems } from "../answers.ts";

/** Converts the setting to the provider's form. */
export function toOtels({ exports }: Pick<Settings, "exports">) {
  return exports.length > 0 ? exports.map(toOtel) : undefined;
}

function toOtel(copy: Settings["exports"][number]) {
  return {
    url: copy.url,
    headers: { ...copy.headers },
    contentType: copy.contentType,
    ...(copy.authorization !== undefined && { authorization: copy.authorization }),
  };
}

export function otelsToApi(otels: readonly ReturnType<typeof toOtel>[]) {
  return otels.map(({ contentType, ...otel }) => ({ ...otel, content_type: contentType }));
}

/** Converts the API's form to the setting, with values of headers left empty. */
export function readExports(answer: unknown) {
  const answered = z.object({
    url: z.string(),
    headers: z.record(z.string(), z.unknown()).catch({}),
    authorization: z.string().nullish(),
    content_type: z.enum(["json", "protobuf"]).catch("json"),
  });
  return readItems(answered, answer)?.map(({ url, headers, authorization, content_type }) => {
    const names = Object.keys(headers);
    return {
      kind: "otel",
      url,
      ...(names.length > 0 && { headers: Object.fromEntries(names.map((name) => [name, ""])) }),
      ...(authorization && { authorization }),
      ...(content_type === "protobuf" && { contentType: content_type }),
    };
  });
}
