import { randomBytes } from "node:crypto"

/** A container ID: 64 hex characters that nobody has used before. */
export const newId = (): string => randomBytes(32).toString("hex")
