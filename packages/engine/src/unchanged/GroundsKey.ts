import * as Context from "effect/Context"

/**
 * Under which key the grounds of a build are kept: a digest of everything that its caller has said in any way, and of the
 * program. Most programs have none, and keep no grounds.
 */
export class GroundsKey extends Context.Tag("@gantry/engine/GroundsKey")<GroundsKey, string>() {}
