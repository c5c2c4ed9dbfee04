/** The groups of a request's tools, of which other formats know nothing. */
import { listOf, loose, textOf } from "./read-item.ts";
import { nameWithin } from "./tools.ts";

/** A tool's own name and its group's, by the name that it has in other formats. */
export type Namespaces = ReadonlyMap<string, { readonly name: string; readonly namespace: string }>;

/** Lists the grouped tools of a request, wherever it has tools. */
export function namespaceOf(fields: object): Namespaces {
  const { tools, input } = loose(fields);
  const all = [tools, ...listOf(input).map((item) => loose(item)["tools"])].flatMap(listOf);
  return new Map(
    all.flatMap((group) => {
      const { type, name, tools: grouped } = loose(group);
      const namespace = textOf(name);
      if (type !== "namespace" || namespace === undefined) return [];
      return listOf(grouped).flatMap((each) => {
        const own = textOf(loose(each)["name"]);
        if (own === undefined) return [];
        return [[nameWithin(namespace, own), { name: own, namespace }] as const];
      });
    }),
  );
}
