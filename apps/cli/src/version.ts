declare const GANTRY_VERSION: string | undefined

/** This gantry's version: set by the bundlers, `dev` when it runs from its sources. */
export const version: string = typeof GANTRY_VERSION === "string" ? GANTRY_VERSION : "dev"
