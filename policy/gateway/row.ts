/** Defines what a row of the table of gateway fields must declare; the table is in fields.ts. */
import type { Settings } from "../settings/settings.ts";
import type { Meaning } from "./effects.ts";

/**
 * The settings that decide something about the gateway: all but those about the stack, its Worker,
 * its people and its keys. Of callers it knows their limits of money, by the names that their logs have.
 */
export type GatewaySettings = Omit<Settings, Others> & {
  readonly callers: readonly Pick<Settings["callers"][number], "name" | "limitUsd">[];
};

type Others =
  | "accountId"
  | "plan"
  | "tier"
  | "protect"
  | "readers"
  | "providers"
  | "worker"
  | "callers"
  | "anonymousCallers"
  | "waivers"
  | "alerts";

type OwnSettings = Omit<GatewaySettings, "callers">;

/** A setting's path in a stack file, such as `zdr` or `cache.ttlSeconds`. */
export type Setting = {
  [K in keyof OwnSettings]: K | `${K}.${PartsIn<OwnSettings[K]>}`;
}[keyof OwnSettings];

type PartsIn<T> = T extends string | number | boolean | undefined | readonly unknown[]
  ? never
  : keyof T & string;

interface Field<Api, Value, Off> {
  /** The field's name in the REST API. */
  readonly api: Api;
  /** The field's value where no setting gives it one; undefined: the field is left out. */
  readonly off: Off;
  /** Converts the settings to the field's value; undefined: it is off. */
  readonly toField: (settings: GatewaySettings) => Value;
  /** Converts the value to the API's form, where that is another one. */
  toApi?(value: Exclude<Value, undefined>): unknown;
  /**
   * Present where not every published API description lets a create have the field: an update sets
   * it, and with `off` takes it away, since nothing documents that leaving it out does that.
   * https://developers.cloudflare.com/api/resources/ai_gateway/methods/update/
   */
  readonly updateOnly?: { readonly off: unknown };
}

type Decided<S extends Setting> = Parts<S> & {
  readonly setting: S;
  /** Converts the API's value to the setting's; undefined where it is absent or not known. */
  readonly toSetting: (answer: unknown) => unknown;
  /** The meaning for the logs of a change of the setting, or of an item that comes or goes. */
  readonly change: Meaning;
};

/** The meaning of a change of each part that is not judged as the whole is. */
type Parts<S> = S extends "exports" | "dlp" | "spendLimits"
  ? { readonly parts: Readonly<Record<keyof Settings[S][number], Meaning>> }
  : S extends "logpush"
    ? { readonly parts: Readonly<Record<"bucket" | "keepDays" | "bodies", Meaning>> }
    : { readonly parts?: never };

/** Makes a row of a field that a setting decides. */
export function row<const Api, const S extends Setting, Value, const Off>(
  made: Field<Api, Value, Off> & Decided<S>,
): Field<Api, Value, Off> & Decided<S> {
  return made;
}

/** Makes a row of a field that is the same in every stack, with the reason. */
export function fixed<const Api, const Value>(made: {
  readonly api: Api;
  readonly value: Value;
  readonly because: string;
}): Field<Api, undefined, Value> & { readonly because: string } {
  return { api: made.api, off: made.value, toField: () => undefined, because: made.because };
}
