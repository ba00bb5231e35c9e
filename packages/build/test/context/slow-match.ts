/** Matches by trying everything, straight from the rules: the reference for `glob.ts`. */
export const slowMatch = (pattern: string, path: string, doubleStar: boolean): boolean | "malformed" => {
  if (!isWellFormed([...pattern])) return "malformed"
  if (doubleStar && pattern.startsWith("**") && !pattern.startsWith("**/") && !/[*?[\\]/.test(pattern.slice(2))) {
    return path.endsWith(pattern.slice(2))
  }
  return matchFrom([...pattern], [...path], doubleStar)
}

const matchFrom = (pattern: ReadonlyArray<string>, path: ReadonlyArray<string>, deep: boolean): boolean => {
  const [first, second, third] = pattern
  if (first === undefined) return path.length === 0
  if (deep && first === "*" && second === "*") {
    const rest = pattern.slice(third === "/" ? 3 : 2)
    if (rest.length === 0) return true
    if (matchFrom(rest, path, deep)) return true
    return path.some((each, index) => each === "/" && matchFrom(rest, path.slice(index + 1), deep))
  }
  if (first === "*") {
    if (matchFrom(pattern.slice(1), path, deep)) return true
    return path.length > 0 && path[0] !== "/" && matchFrom(pattern, path.slice(1), deep)
  }
  const [character, ...others] = path
  if (character === undefined) return false
  if (first === "?") return character !== "/" && matchFrom(pattern.slice(1), others, deep)
  if (first === "\\") return second === character && matchFrom(pattern.slice(2), others, deep)
  if (first !== "[") return first === character && matchFrom(pattern.slice(1), others, deep)
  const { end, ranges } = readRanges(pattern)!
  const isIn = ranges.some(([low, high]) => low <= character.codePointAt(0)! && character.codePointAt(0)! <= high)
  return isIn !== (second === "^") && matchFrom(pattern.slice(end), others, deep)
}

const readRanges = (pattern: ReadonlyArray<string>) => {
  const ranges: Array<readonly [number, number]> = []
  let at = pattern[1] === "^" ? 2 : 1
  while (pattern[at] !== "]" || ranges.length === 0) {
    const edges: Array<number> = []
    do {
      if (edges.length === 1) at++
      const character = pattern[at]
      if (character === "-" || character === "]") return undefined
      const edge = character === "\\" ? pattern[++at] : character
      if (edge === undefined) return undefined
      edges.push(edge.codePointAt(0)!)
      at++
    } while (edges.length === 1 && pattern[at] === "-")
    ranges.push([edges[0]!, edges.at(-1)!])
  }
  return { ranges, end: at + 1 }
}

const isWellFormed = (pattern: ReadonlyArray<string>): boolean => {
  for (let at = 0; at < pattern.length;) {
    if (pattern[at] === "\\") {
      if (at + 1 === pattern.length) return false
      at += 2
    } else if (pattern[at] === "[") {
      const ranges = readRanges(pattern.slice(at))
      if (ranges === undefined) return false
      at += ranges.end
    } else at++
  }
  return true
}
