import { textLimit } from "@gantry/core/read-text"

/** Why a COPY or ADD cannot have what it asks for. */
export type ContextProblem =
  /** Nothing of that name is there. `suggestion` is a path that is, and looks alike; `link` leads to what is not. */
  | {
      readonly _tag: "SourceMissing"
      readonly source: string
      readonly suggestion?: string
      readonly link?: { readonly path: string; readonly target: string }
    }
  /** It is there, and no image can hold it. */
  | { readonly _tag: "SourceIsSocket"; readonly source: string }
  /** It is there, and the ignore file leaves it out. `line` counts from 1. */
  | { readonly _tag: "SourceIgnored"; readonly source: string; readonly line: number; readonly pattern: string }
  /** A malformed pattern; the message is a sentence. */
  | { readonly _tag: "BadPattern"; readonly source: string; readonly message: string }
  /** A path that would leave the context. */
  | { readonly _tag: "PathEscapes"; readonly path: string }
  /**
   * The disk refused. `code` is the name of the error number, such as `EACCES`; `EILSEQ` stands for a name that is not
   * UTF-8, of which the path has replacement characters; for `EFBIG` and `ENOTSUP` see `readText`.
   */
  | { readonly _tag: "ContextUnreadable"; readonly path: string; readonly code: string }

/** The problem in one sentence without a full stop. */
export const describeProblem = (problem: ContextProblem): string => {
  switch (problem._tag) {
    case "SourceMissing": {
      const { link, source, suggestion } = problem
      if (link !== undefined && link.path === source) {
        return `${source} is a link to ${link.target}, which is not in the build context`
      }
      const why = link === undefined ? "" : `: ${link.path} is a link to ${link.target}`
      const hint = suggestion === undefined ? "" : `; did you mean ${suggestion}?`
      return `${source} is not in the build context${why}${hint}`
    }
    case "SourceIsSocket":
      return `${problem.source} is a socket, which no image can hold`
    case "SourceIgnored":
      return `${problem.source} is left out of the build context by line ${problem.line} of the ignore file: ${problem.pattern}`
    case "BadPattern":
      return problem.message
    case "PathEscapes":
      return `${problem.path} is outside the build context`
    case "ContextUnreadable":
      return problem.code === "EILSEQ"
        ? `${problem.path} cannot be copied: its name is not UTF-8; give it another, or leave it out with the ignore file`
        : `${problem.path === "" ? "the build context" : problem.path} cannot be read: ${whyUnreadable(problem.code)}`
  }
}

/** What the code of `ContextUnreadable` says. */
export const whyUnreadable = (code: string): string => unread[code] ?? code

const unread: { readonly [code: string]: string } = {
  EFBIG: `it is longer than ${textLimit} bytes`,
  ENOTSUP: "it is a pipe or a device"
}
