const powers: Readonly<Record<string, number>> = { b: 0, k: 1, m: 2, g: 3, t: 4, p: 5 }

/**
 * Reads a size with an optional binary suffix: `512`, `512b`, `1.5g`, `64 MiB`.
 *
 * Result in whole bytes, or what is wrong with the text.
 */
export const parseByteSize = (text: string): number | { readonly problem: string } => {
  const match = /^(\d+\.?\d*|\.\d+) ?([a-z]*)$/i.exec(text)
  if (match === null) return { problem: `invalid size: '${text}'` }
  const [, digits = "", suffix = ""] = match
  const unit = /^(?:b|([kmgtp])(?:i?b)?)?$/i.exec(suffix)
  if (unit === null) return { problem: `invalid suffix: '${suffix.toLowerCase()}'` }
  const bytes = Math.floor(Number(digits) * 1024 ** (powers[(unit[1] ?? "b").toLowerCase()] ?? 0))
  return Number.isSafeInteger(bytes) ? bytes : { problem: `invalid size: '${text}'` }
}
