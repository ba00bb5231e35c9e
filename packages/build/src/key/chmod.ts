/** Turns the mode a copied entry has into the mode it gets. */
export type ModeChange = (mode: number, directory: boolean) => number

const who = { u: 0o4700, g: 0o2070, o: 0o1007 } as const
const bits = { r: 0o444, w: 0o222, x: 0o111, s: 0o6000, t: 0o1000 } as const
/** How far the permissions of a class stand from the right of a mode. */
const places = { u: 6, g: 3, o: 0 } as const

/**
 * Reads what `--chmod` takes: octal digits, or changes as of chmod(1) such as `u=rwX,go-w`, `+x` and `g=u`. Undefined
 * when it is neither. A change that names nobody means everybody.
 */
export const modeChange = (text: string): ModeChange | undefined => {
  if (/^[0-7]{1,5}$/.test(text)) {
    const mode = Number.parseInt(text, 8) & 0o7777
    return () => mode
  }
  const changes: Array<ModeChange> = []
  for (const clause of text.split(",")) {
    const found = /^([ugoa]*)((?:[-+=](?:[ugo]|[rwxXst]*))+)$/.exec(clause)
    if (found === null) return undefined
    const people = found[1] === "" || found[1]?.includes("a") ? "ugo" : (found[1] ?? "")
    const scope = [...people].reduce((mask, letter) => mask | who[letter as keyof typeof who], 0)
    for (const [, operator, letters] of (found[2] ?? "").matchAll(/([-+=])([ugo]|[rwxXst]*)/g)) {
      changes.push((mode, directory) => apply(mode, directory, scope, operator ?? "+", letters ?? ""))
    }
  }
  return changes.length === 0
    ? undefined
    : (mode, directory) => changes.reduce((at, change) => change(at, directory), mode)
}

const isClass = (letter: string): letter is keyof typeof places => Object.hasOwn(places, letter)

const apply = (mode: number, directory: boolean, scope: number, operator: string, letters: string): number => {
  let mask = 0
  for (const letter of letters) {
    if (isClass(letter)) mask |= ((mode >> places[letter]) & 0o7) * 0o111
    else if (letter === "X") mask |= directory || (mode & 0o111) !== 0 ? 0o111 : 0
    else mask |= bits[letter as keyof typeof bits]
  }
  mask &= scope
  if (operator === "+") return mode | mask
  if (operator === "-") return mode & ~mask
  // Equals replaces the permissions of those named, and keeps set-id bits of a directory, as chmod(1) does.
  return (mode & ~(scope & (directory ? 0o1777 : 0o7777))) | mask
}
