declare const GANTRY_VERSION: string | undefined

/** This gantry's version: set by the bundlers, `dev` when it runs from its sources. */
export const version: string = typeof GANTRY_VERSION === "string" ? GANTRY_VERSION : "dev"

/** The Docker whose command line gantry follows, and the version of the API that it would speak. */
export const docker = { version: "28.0.0", api: "1.48", oldestApi: "1.24" }

/** Docker's version for programs that compare it, and whose it really is: a build of another maker, as SemVer has it. */
export const dockerVersion = `${docker.version}+gantry${version === "dev" ? "" : `.${version}`}`
