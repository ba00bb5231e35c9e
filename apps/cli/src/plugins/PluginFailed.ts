import * as Data from "effect/Data"
import { toStringUnknown } from "effect/Inspectable"

/** A plugin cannot serve. Nothing has been done yet. */
export class PluginFailed extends Data.TaggedError("PluginFailed")<{
  /** As it was named. */
  readonly module: string
  /** Who named it: a file, an option, a variable. */
  readonly from: string
  readonly why: string
  readonly hint?: string
}> {
  override get message() {
    return `the plugin ${this.module} (${this.from}) cannot be used`
  }
}

/** What was thrown, in a few words: anything can be. */
const wordsOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message || thrown.name : toStringUnknown(thrown, 0)

/** A plugin has thrown or given what its contract does not allow for. It is not a mistake of gantry. */
export class PluginThrew extends Error {
  readonly plugin: string
  constructor(plugin: string, what: string, cause: unknown) {
    super(`the plugin ${plugin} failed in ${what}: ${wordsOf(cause)}`, { cause })
    this.name = "PluginThrew"
    this.plugin = plugin
  }
}
