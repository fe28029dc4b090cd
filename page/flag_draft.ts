import {
  type FlagRow,
  isFixed,
  isOn,
  readConditions,
  readRecord,
  readRecords,
  readVariants,
  turn,
} from "./flag_row.ts";

/** One filter of a condition, as it is edited. */
export interface FilterDraft {
  /** What the form does not know of it. */
  readonly rest: FlagRow;
  key: string;
  operator: string;
  value: string;
}

/** One condition, as it is edited. */
export interface ConditionDraft {
  readonly rest: FlagRow;
  filters: FilterDraft[];
  rollout: string;
  variant: string;
}

/** One variant, as it is edited. */
export interface VariantDraft {
  readonly rest: FlagRow;
  key: string;
  rollout: string;
  payload: string;
}

/** A flag, as it is edited. */
export interface FlagDraft {
  readonly rest: FlagRow;
  key: string;
  isOn: boolean;
  conditions: ConditionDraft[];
  variants: VariantDraft[];
  /** What comes with `true`, as JSON text. */
  payload: string;
}

/** What a new flag is before somebody edits it: off, and for everybody once it is on. */
export const NEW_FLAG: FlagRow = {
  key: "",
  active: false,
  filters: { groups: [{ properties: [], "rollout_percentage": 100 }] },
};

/** Whether the form has a place for the flag; any other is edited as JSON. */
export function hasForm(row: FlagRow): boolean {
  return !isFixed(row);
}

/** Makes a draft of a row. */
export function toDraft(row: FlagRow): FlagDraft {
  const payloads = readRecord(readRecord(row, "filters"), "payloads");
  const payloadOf = (value: string) => toText(payloads[value] ?? "");
  return {
    rest: row,
    key: String(row["key"] ?? ""),
    isOn: isOn(row) ?? true,
    conditions: readConditions(row).map((condition) => ({
      rest: condition,
      filters: readRecords(condition, "properties").map((filter) => ({
        rest: filter,
        key: String(filter["key"] ?? ""),
        operator: String(filter["operator"] ?? "exact"),
        value: toText(filter["value"] ?? ""),
      })),
      rollout: String(condition["rollout_percentage"] ?? 100),
      variant: String(condition["variant"] ?? ""),
    })),
    variants: readVariants(row).map((variant) => ({
      rest: variant,
      key: String(variant["key"] ?? ""),
      rollout: String(variant["rollout_percentage"] ?? 0),
      payload: payloadOf(String(variant["key"])),
    })),
    payload: payloadOf("true"),
  };
}

/** Makes a row of a draft: what the form does not know stays as it was. */
export function toRow(draft: FlagDraft): FlagRow {
  const { rest, conditions, variants } = draft;
  const { multivariate: _old, payloads: _payloads, ...filters } = readRecord(
    rest,
    "filters",
  );
  const payloads = variants.length > 0
    ? variants.map(({ key, payload }) => [key, payload])
    : [["true", draft.payload]];
  return turn({
    ...rest,
    key: draft.key.trim(),
    filters: {
      ...filters,
      groups: conditions.map(toCondition),
      ...(variants.length > 0 && {
        multivariate: {
          ...readRecord(readRecord(rest, "filters"), "multivariate"),
          variants: variants.map(({ rest, key, rollout }) => ({
            ...rest,
            key: key.trim(),
            "rollout_percentage": Number(rollout),
          })),
        },
      }),
      payloads: Object.fromEntries(
        payloads.filter(([, payload]) => payload !== ""),
      ),
    },
  }, draft.isOn);
}

function toCondition({ rest, filters, rollout, variant }: ConditionDraft) {
  const { variant: _old, ...kept } = rest;
  return {
    ...kept,
    properties: filters.map(({ rest, key, operator, value }) => {
      const { operator: _operator, ...known } = rest;
      const isPlain = rest["type"] === "cohort" || rest["type"] === "flag";
      return {
        type: "person",
        ...known,
        key,
        ...((!isPlain || Object.hasOwn(rest, "operator")) && { operator }),
        value: toValue(value, rest["value"]),
      };
    }),
    "rollout_percentage": Number(rollout),
    ...(variant !== "" && { variant }),
  };
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What was no text and was not touched stays what it was; a list is written as JSON. */
function toValue(text: string, before: unknown): unknown {
  if (text === toText(before ?? "")) return before ?? text;
  try {
    const json: unknown = JSON.parse(text);
    const isKind = typeof before === typeof json && before !== undefined;
    return Array.isArray(json) || isKind ? json : text;
  } catch {
    return text;
  }
}
