import type { Diagnostic } from "./Diagnostic.ts"

/** The newest version of Docker's own front end whose syntax is read here. */
const newest = { major: 1, minor: 20 }

/** What is to be said of a `# syntax=` directive: the front end is somebody else's, or newer than what is known here. */
export const syntaxWarning = (syntax: string): Pick<Diagnostic, "code" | "message"> | undefined => {
  const own = /^(?:docker\.io\/)?docker\/dockerfile(?:-upstream)?(?:$|@|:(?:(\d+)(?:\.(\d+))?)?)/.exec(syntax)
  if (own === null) {
    const message = `the front end ${syntax} is not run; the file is read as an ordinary Dockerfile`
    return { code: "foreign-syntax", message }
  }
  const major = Number(own[1] ?? 0)
  const minor = Number(own[2] ?? 0)
  if (major < newest.major || (major === newest.major && minor <= newest.minor)) return undefined
  const message = `${syntax} is newer than version ${newest.major}.${newest.minor}, which is what gantry reads`
  return { code: "newer-syntax", message }
}
