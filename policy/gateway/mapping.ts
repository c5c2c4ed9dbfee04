/** Maps settings to the gateway's fields, in the provider's form and in the REST API's. */
import { IDENTITIES } from "../settings/identities.ts";
import { judgeBy, type Judge, type Meaning } from "./effects.ts";
import { GATEWAY_FIELDS } from "./fields.ts";
import type { GatewaySettings } from "./row.ts";

type Rows = typeof GATEWAY_FIELDS;

export type GatewayField = keyof Rows;
/** A field by the REST API's name. */
export type ApiField = Rows[GatewayField]["api"];

/** The fields in the provider's form, each as declared or with its value when off. */
export type GatewayFields = {
  readonly [F in GatewayField]: Exclude<Declared<F>, undefined> | WhenOff<F>;
};
type Declared<F extends GatewayField> = ReturnType<Rows[F]["toField"]>;
type WhenOff<F extends GatewayField> = undefined extends Declared<F> ? Rows[F]["off"] : never;

/** A row of any field. */
export interface AnyRow {
  readonly api: ApiField;
  readonly off: unknown;
  readonly toField: (settings: GatewaySettings) => unknown;
  // A method, so that a row may accept its own values alone.
  toApi?(value: unknown): unknown;
  readonly updateOnly?: { readonly off: unknown };
  /** The setting that decides the field; undefined where every stack has the same value. */
  readonly setting?: string;
  readonly toSetting?: (answer: unknown) => unknown;
  readonly change?: Meaning;
  readonly parts?: Readonly<Record<string, Meaning>>;
}

const rows: Readonly<Record<string, AnyRow>> = GATEWAY_FIELDS;

/** The table's rows, each with its field's name at the provider. */
export const ROWS = Object.entries(rows).map(([field, row]) => ({ field, ...row }));

/** Maps the settings to the provider's fields, without those that are undefined. */
export function gatewayFields(settings: GatewaySettings): GatewayFields {
  const entries = ROWS.map(({ field, toField, off }) => [field, toField(settings) ?? off] as const);
  const declared = entries.filter(([, value]) => value !== undefined);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the loop forgets which field has which value
  return Object.fromEntries(declared) as GatewayFields;
}

/** Converts the provider's fields to those of the REST API. */
export function toApi(fields: Partial<GatewayFields>): Partial<Record<ApiField, unknown>> {
  const values: Readonly<Record<string, unknown>> = fields;
  return Object.fromEntries(
    ROWS.flatMap((row) => {
      const value = values[row.field];
      if (value === undefined) return [];
      return [[row.api, row.toApi === undefined ? value : row.toApi(value)]];
    }),
  );
}

/** Makes the judges of changes, by the pattern of a leaf, such as `zdr` or `exports[].keepDays`. */
export function gatewayJudges(): Readonly<Record<string, Judge>> {
  const meanings = ROWS.flatMap(({ setting, change, parts = {} }) => {
    if (setting === undefined || change === undefined) return [];
    const pattern = IDENTITIES[setting] === undefined ? setting : `${setting}[]`;
    const inner = Object.entries(parts).map(
      ([part, each]) => [`${pattern}.${part}`, each] as const,
    );
    return [[pattern, change] as const, ...inner];
  });
  return Object.fromEntries(meanings.map(([pattern, meaning]) => [pattern, judgeBy(meaning)]));
}
