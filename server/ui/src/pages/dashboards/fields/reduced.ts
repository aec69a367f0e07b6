/** The values of panels that show one number for each series. */
import { list, num, object, text } from "../model/json.ts";
import type { Panel } from "../model/types.ts";
import { display, rangeOf, type Displayed, type Range } from "./display.ts";
import type { Field } from "./field.ts";
import { reduce } from "./reduce.ts";

export interface Reduced extends Displayed {
  field: Field;
  value: number | null;
  range: Range;
}

export function reduced(panel: Panel, fields: readonly Field[], fallback?: Range): Reduced[] {
  const options = object(panel.options["reduceOptions"]);
  const calc = text(list(options["calcs"])[0], "lastNotNull");
  const limit = num(options["limit"]) ?? fields.length;
  const values = fields.slice(0, limit).map((field) => ({ field, value: reduce(field.values, calc) }));
  const all = values.map((v) => v.value);
  return values.map(({ field, value }) => {
    const range = rangeOf(field.config, all, fallback);
    return { field, value, range, ...display(value, field.config, range, field.index, field.name) };
  });
}
