/** A command in a container of a service. */
export interface ServiceHook {
  /** Words; at least one. */
  readonly command: ReadonlyArray<string>
  /** Above the container's own; one without a value is taken away. */
  readonly environment: { readonly [name: string]: string | null }
  readonly privileged: boolean
  readonly user?: string
  readonly workingDir?: string
}

/** Files of the host that are watched for a service. */
export interface ServiceWatch {
  /** Absolute: a file, or a directory with all that is below it. */
  readonly path: string
  readonly action: "rebuild" | "restart" | "sync" | "sync+exec" | "sync+restart"
  /** Where in the containers changed files go; of all that begin with `sync`. */
  readonly target?: string
  /** What is run after files were copied; of `sync+exec`. */
  readonly exec?: ServiceHook
  /** Patterns as in a `.dockerignore`, below the path. */
  readonly ignore: ReadonlyArray<string>
  /** The same for what alone is looked at; empty for all. */
  readonly include: ReadonlyArray<string>
  /** Files are copied once before anything changes. */
  readonly initialSync: boolean
}
