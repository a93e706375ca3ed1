// What PowerShell gives as an array: @() around nothing may hold a null. Pure.
import { z } from "zod";

export function listOf<T extends z.ZodType>(item: T) {
  return z.array(item.nullable()).transform((items) => items.filter((one) => one !== null));
}
