import { Schema } from "effect"

const uint32 = Schema.Number.pipe(Schema.int(), Schema.between(0, 0xffff_ffff))
const whole = Schema.Number.pipe(Schema.int())
const wholeUp = whole.pipe(Schema.nonNegative())
const uint64 = Schema.Number.pipe(Schema.between(0, 2 ** 64))
const absolute = Schema.String.pipe(Schema.pattern(/^\//))
const strings = Schema.Array(Schema.String)
const capabilities = Schema.Array(Schema.String.pipe(Schema.pattern(/^CAP_[A-Z_]+$/)))

/** A list without two entries of one key, where the specification wants each key once. */
const unique = <A, I>(item: Schema.Schema<A, I>, key: (each: A) => string) =>
  Schema.Array(item).pipe(
    Schema.filter((list) => new Set(list.map(key)).size === list.length, { message: () => "an entry is there twice" })
  )

const Process = Schema.Struct({
  terminal: Schema.Boolean,
  consoleSize: Schema.optional(Schema.Struct({ height: wholeUp, width: wholeUp })),
  user: Schema.Struct({ uid: uint32, gid: uint32, additionalGids: Schema.Array(uint32), umask: uint32 }),
  args: strings.pipe(Schema.minItems(1)),
  env: strings,
  cwd: absolute,
  capabilities: Schema.Struct({
    ambient: capabilities,
    bounding: capabilities,
    effective: capabilities,
    inheritable: capabilities,
    permitted: capabilities
  }),
  rlimits: unique(
    Schema.Struct({ type: Schema.String.pipe(Schema.pattern(/^RLIMIT_[A-Z]+$/)), soft: uint64, hard: uint64 }),
    ({ type }) => type
  ),
  noNewPrivileges: Schema.Boolean,
  oomScoreAdj: Schema.optional(whole.pipe(Schema.between(-1000, 1000)))
})

const Resources = Schema.Struct({
  devices: Schema.Array(
    Schema.Struct({
      allow: Schema.Boolean,
      type: Schema.optional(Schema.Literal("a", "b", "c")),
      major: Schema.optional(whole),
      minor: Schema.optional(whole),
      access: Schema.String.pipe(Schema.pattern(/^[rwm]{1,3}$/))
    })
  ),
  memory: Schema.optional(
    Schema.Struct({
      limit: Schema.optional(whole),
      swap: Schema.optional(whole),
      reservation: Schema.optional(whole)
    })
  ),
  cpu: Schema.optional(
    Schema.Struct({
      shares: Schema.optional(wholeUp),
      quota: Schema.optional(whole),
      period: Schema.optional(wholeUp),
      cpus: Schema.optional(Schema.String),
      mems: Schema.optional(Schema.String)
    })
  ),
  pids: Schema.optional(Schema.Struct({ limit: whole }))
})

const Seccomp = Schema.Struct({
  defaultAction: Schema.String.pipe(Schema.pattern(/^SCMP_ACT_[A-Z_]+$/)),
  defaultErrnoRet: Schema.optional(uint32),
  architectures: Schema.Array(Schema.String.pipe(Schema.pattern(/^SCMP_ARCH_[A-Z0-9_]+$/))),
  syscalls: Schema.Array(
    Schema.Struct({
      names: strings.pipe(Schema.minItems(1)),
      action: Schema.String.pipe(Schema.pattern(/^SCMP_ACT_[A-Z_]+$/)),
      errnoRet: Schema.optional(uint32),
      args: Schema.optional(
        Schema.Array(
          Schema.Struct({
            index: uint32,
            value: uint64,
            valueTwo: uint64,
            op: Schema.Literal(
              ...(["NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"] as const).map((op) => `SCMP_CMP_${op}` as const)
            )
          })
        )
      )
    })
  )
})

const id = Schema.Int.pipe(Schema.between(0, 4_294_967_295))
const idMappings = Schema.Array(Schema.Struct({ containerID: id, hostID: id, size: id }))

/**
 * What the OCI runtime-spec 1.0 demands of the parts of `config.json` that gantry writes: config.md and config-linux.md.
 * Decoded with excess properties as errors, it also finds a name that the specification does not have.
 */
export const RuntimeSpec = Schema.Struct({
  ociVersion: Schema.Literal("1.0.2"),
  root: Schema.Struct({ path: absolute, readonly: Schema.Boolean }),
  hostname: Schema.optional(Schema.String),
  process: Process,
  mounts: Schema.Array(
    Schema.Struct({ destination: absolute, type: Schema.String, source: Schema.String, options: strings })
  ),
  linux: Schema.Struct({
    namespaces: unique(
      Schema.Struct({
        type: Schema.Literal("cgroup", "ipc", "mount", "network", "pid", "user", "uts"),
        path: Schema.optional(absolute)
      }),
      ({ type }) => type
    ),
    uidMappings: Schema.optional(idMappings),
    gidMappings: Schema.optional(idMappings),
    cgroupsPath: Schema.optional(absolute),
    devices: unique(
      Schema.Struct({
        path: absolute,
        type: Schema.Literal("b", "c"),
        major: wholeUp,
        minor: wholeUp,
        fileMode: Schema.Number.pipe(Schema.int(), Schema.between(0, 0o7777)),
        uid: uint32,
        gid: uint32
      }),
      ({ path }) => path
    ),
    resources: Schema.optional(Resources),
    sysctl: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String })),
    seccomp: Schema.optional(Seccomp),
    maskedPaths: Schema.Array(absolute),
    readonlyPaths: Schema.Array(absolute),
    rootfsPropagation: Schema.optional(Schema.Literal("slave", "private"))
  })
})
