/** An event of a stream, and what judges of streams ask of its fields. */
import { createParser, type EventSourceMessage } from "eventsource-parser";

import { parseJson } from "../../../policy/json.ts";

/** The fields of an object; none where a value is no object. */
export type Fields = Readonly<Record<string, unknown>>;

export interface StreamEvent {
  readonly name: string | undefined;
  readonly data: string;
  /** The data as an object; undefined where it is none. */
  readonly json: Fields | undefined;
}

/** Finds the first fault of a stream; undefined where it is clean. */
export type Judge = (events: readonly StreamEvent[]) => string | undefined;

/** Parses a stream. Comments between events are left out. */
export function parseStream(text: string): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  const onEvent = ({ event: name, data }: EventSourceMessage) => {
    const json: unknown = parseJson(data, undefined);
    const isObject = typeof json === "object" && json !== null && !Array.isArray(json);
    events.push({ name, data, json: isObject ? fieldsOf(json) : undefined });
  };
  createParser({ onEvent }).feed(text);
  return events;
}

/** Returns the fault of the first demand that is not met. */
export function firstFault(demands: readonly (readonly [boolean, string])[]): string | undefined {
  return demands.find(([isMet]) => !isMet)?.[1];
}

/** Returns whether a field is one text, the same in all. */
export function isConstant(jsons: readonly Fields[], field: string): boolean {
  const values = new Set(jsons.map((json) => json[field]));
  return values.size === 1 && values.values().every(isText);
}

/** Returns whether usage has these counts, as numbers, or is absent. */
export function isCounted(usage: unknown, names: readonly string[]): boolean {
  return !has(usage) || names.every((name) => typeof fieldsOf(usage)[name] === "number");
}

/** Returns whether a value, or a field of it, is there and not null. */
export function has(value: unknown, field?: string): boolean {
  const own = field === undefined ? value : fieldsOf(value)[field];
  return own !== undefined && own !== null;
}

export function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

export function isTextOrNone(value: unknown): boolean {
  return value === undefined || value === null || typeof value === "string";
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function fieldsOf(value: unknown): Fields {
  return Object(value);
}
