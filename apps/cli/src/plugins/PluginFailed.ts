import * as Data from "effect/Data"

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

/** A plugin has thrown what its contract does not allow for. It is not a mistake of gantry. */
export class PluginThrew extends Error {
  readonly plugin: string
  constructor(plugin: string, what: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    super(`the plugin ${plugin} failed in ${what}: ${why}`, { cause })
    this.name = "PluginThrew"
    this.plugin = plugin
  }
}
