import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { rootless } from "../rootless.ts"

/**
 * Whether a container is made by somebody who is not the host's root: an ordinary user, or root of the container's own
 * namespace of users. The kernel gives them no devices, and some of its file systems only in a roundabout way.
 */
export const restricted = ({ users }: { readonly users?: ContainerSpec["users"] | undefined }): boolean =>
  users !== undefined || rootless() !== undefined
