/** Gives a text a look. */
export type Paint = (text: string) => string

/** The looks we use. */
export type Palette = Readonly<Record<"bold" | "dim" | "red" | "green" | "yellow" | "blue" | "cyan", Paint>>

/** What decides whether colours are wanted. */
export interface ColorWish {
  readonly isTerminal: boolean
  readonly environment: { readonly [name: string]: string | undefined }
}

/** Whether to use colours: on a terminal that can, unless `NO_COLOR` is set to anything, see no-color.org. */
export const wantsColor = ({ isTerminal, environment }: ColorWish): boolean => {
  if ((environment["NO_COLOR"] ?? "") !== "") return false
  if ((environment["CLICOLOR_FORCE"] ?? "0") !== "0") return true
  return isTerminal && environment["TERM"] !== "dumb"
}

const escape = String.fromCharCode(27)

/** Spec: ECMA-48, 8.3.117, "Select graphic rendition". */
const painted =
  (on: number, off: number): Paint =>
  (text) =>
    text === "" ? "" : `${escape}[${on}m${text}${escape}[${off}m`

const coloured: Palette = {
  bold: painted(1, 22),
  dim: painted(2, 22),
  red: painted(31, 39),
  green: painted(32, 39),
  yellow: painted(33, 39),
  blue: painted(34, 39),
  cyan: painted(36, 39)
}

const same: Paint = (text) => text
const plain: Palette = { bold: same, dim: same, red: same, green: same, yellow: same, blue: same, cyan: same }

/** Looks for this output; without colours every text stays as it is. */
export const palette = (wish: ColorWish): Palette => (wantsColor(wish) ? coloured : plain)
