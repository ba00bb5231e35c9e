/** What a template asked for that there is not: the whole chain of fields, and the one that is missing. */
interface Missing {
  readonly place: string
  readonly field: string
}

const missingIn = (problem: string): Missing | undefined => {
  const [, , key, place] =
    /^template: .*: (can't evaluate field (\S+) in|nil pointer evaluating) (\S+)$/s.exec(problem) ?? []
  return place === undefined ? undefined : { place, field: key ?? place.split(".").at(-2) ?? "" }
}

/** Line and column of a missing field as Go counts them: from 1 and from 0. Only the line where it cannot be found. */
const positionOf = (template: string, { field, place }: Missing): string => {
  const literal = place.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  const found = new RegExp(`${literal}(?![\\w.])`).exec(template)
  if (found === null) return ":1"
  const before = template.slice(0, found.index + place.lastIndexOf(`.${field}`)).split("\n")
  return `:${before.length}:${before.at(-1)?.length ?? 0}`
}

/** What docker says of a template that asked `inspect` for something that there is not: its fields are entries of maps. */
export const goMapProblem = (problem: string, template: string): string => {
  const missing = missingIn(problem)
  if (missing === undefined) {
    return problem.replace(/^template: .*?: (?=error calling)/s, 'template parsing error: template: :1: executing "": ')
  }
  const { field, place } = missing
  return `template parsing error: template: ${positionOf(template, missing)}: executing "" at <${place}>: map has no entry for key "${field}"`
}

/** The same of a list, whose rows are of a type of Go's. */
export const goTypeProblem = (problem: string, template: string, goType: string): string => {
  const missing = missingIn(problem)
  if (missing === undefined) return problem
  const { field, place } = missing
  return `failed to execute template: template: ${positionOf(template, missing)}: executing "" at <${place}>: can't evaluate field ${field} in type ${goType}`
}
