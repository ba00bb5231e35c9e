/** Either what was read, or why it could not be read. Start-up must not load Effect, hence not its `Either`. */
export type Result<Value, Problem = string> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: Problem }

/** The successful half of {@link Result}. */
export const good = <Value>(value: Value) => ({ ok: true, value }) as const

/** The refusing half of {@link Result}. By convention a text is a sentence without a full stop. */
export const bad = <Problem>(problem: Problem) => ({ ok: false, problem }) as const

/** Reads all texts in order and stops at the first that cannot be read. */
export const every = <Value, Problem>(
  texts: ReadonlyArray<string>,
  read: (text: string) => Result<Value, Problem>
): Result<ReadonlyArray<Value>, Problem> => {
  const values: Array<Value> = []
  for (const text of texts) {
    const result = read(text)
    if (!result.ok) return result
    values.push(result.value)
  }
  return good(values)
}
