import * as Schema from "effect/Schema"

const Text = Schema.String
const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(schema)

const DeviceNode = Schema.Struct({
  /** In the container. */
  path: Text,
  /** On the host; the same when absent. */
  hostPath: optional(Text),
  permissions: optional(Text)
})

const Mount = Schema.Struct({
  hostPath: Text,
  containerPath: Text,
  type: optional(Text),
  options: optional(Schema.Array(Text))
})

/** What of a container is changed for a device. Of what gantry does not do, only that it is there. */
export const Edits = Schema.Struct({
  env: optional(Schema.Array(Text)),
  deviceNodes: optional(Schema.Array(DeviceNode)),
  mounts: optional(Schema.Array(Mount)),
  additionalGids: optional(Schema.Array(Schema.NonNegativeInt)),
  hooks: optional(Schema.Array(Schema.Unknown)),
  intelRdt: optional(Schema.Unknown),
  netDevices: optional(Schema.Array(Schema.Unknown))
})
export type Edits = typeof Edits.Type

/** One file of the Container Device Interface: devices of a vendor's class. Spec: CDI 1.0, SPEC.md. */
export const CdiSpec = Schema.Struct({
  /** `vendor.com/class`. */
  kind: Text,
  devices: Schema.Array(Schema.Struct({ name: Text, containerEdits: optional(Edits) })),
  /** For every container that gets any of the devices. */
  containerEdits: optional(Edits)
})
export type CdiSpec = typeof CdiSpec.Type

/** Reads what a file says. Further fields, such as annotations, are of no use here. */
export const decodeCdiSpec = Schema.decodeUnknownEither(CdiSpec)
