/** How many columns a text takes on a terminal, colours aside; wide East Asian characters and emoji take two. */
export const columnsOf = (text: string): number => {
  let columns = 0
  for (const character of text.replaceAll(colour, ""))
    columns += combining.test(character) ? 0 : wide.test(character) ? 2 : 1
  return columns
}

/** Cuts a text without colours to so many columns; what was cut ends in `…`. */
export const ellipsis = (text: string, columns: number): string => {
  if (columnsOf(text) <= columns) return text
  let kept = ""
  let used = 1
  for (const character of text) {
    used += columnsOf(character)
    if (used > columns) break
    kept += character
  }
  return columns < 1 ? "" : `${kept}…`
}

/** `sha256:8d3b…` and plain ids to the twelve characters that people read. */
export const shortId = (id: string): string => id.replace(/^sha256:/, "").slice(0, 12)

const colour = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g")
const combining = /^(?:\p{Mn}|\p{Me}|\p{Cf})$/u
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u

/** Without tabs and control sequences: what others wrote moves no cursor, turns no text around and sets no title here. */
export const visibleOnly = (line: string): string => line.replace(controls, "").replaceAll("\t", "    ")

const controls = new RegExp(
  `${String.fromCharCode(27)}(?:\\[[0-9;?]*[ -/]*[@-~]|\\][^\\x07]*\\x07|.)|[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069]`,
  "g"
)
